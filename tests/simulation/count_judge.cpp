#include "count_judge.hpp"

#include "frame_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {

void CountJudge::on_sent(ProcessId process, const conduitd::HttpRequest& request) {
    calls_.on_sent(process, request);
    if (!is_of_conduits(request) || request.method != "PATCH") return;
    const auto open = sockets_.open_connections(process);
    const bool has_session = std::ranges::any_of(open, &Connection::is_welcomed);
    if (!has_session)
        checker_.fail(fmt::format("p{} makes a shard without a session for it", process));
}

void CountJudge::on_effect(ProcessId process, const conduitd::HttpRequest& request) {
    if (!is_of_conduits(request) || request.method == "GET") return;
    if (request.method != "PATCH") {
        return checker_.fail(fmt::format("p{} calls {} of conduits", process, request.method));
    }
    calls_.on_effect(process, request);
    const auto& wish = fleet_.plan_of(fleet_.worker_of(process));
    const auto count = shard_count_in(request.body);
    const bool grows = wish.shards.empty() && wish.when_full == conduitd::WhenFull::grow;
    if (!grows || count > plan_.shard_max) {
        checker_.fail(fmt::format("p{} makes the conduit {} shards large", process, count));
    }
}

void CountJudge::on_told(ProcessId process, const conduitd::HttpRequest& request,
                         std::string_view answer) {
    calls_.on_told(process, request, answer);
}

}  // namespace simulation
