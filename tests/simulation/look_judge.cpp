#include "look_judge.hpp"

#include "worker/look_pace.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {
namespace {

constexpr std::string_view listings = "/helix/eventsub/conduits";
constexpr std::uint64_t looks_beside = 2;

}  // namespace

void LookJudge::on_sent(ProcessId process, const conduitd::HttpRequest& request) {
    const bool is_quiet = queue_.now() >= plan_.recovered_by() && queue_.now() < plan_.ends;
    if (!is_quiet || request.method != "GET" || !request.url.target.starts_with(listings)) return;
    calls_.resize(fleet_.size());
    ++calls_[fleet_.worker_of(process)];
}

void LookJudge::check_end() {
    if (plan_.model.reconnect_after) return;
    const auto pages = places_.count() / plan_.model.shards_per_page + 1;
    const auto period = conduitd::look_period(1, pages, plan_.model.points_per_minute) * 3 / 4;
    const auto looks = static_cast<std::uint64_t>((plan_.ends - plan_.recovered_by()) / period) + 1;
    const auto limit = (looks + looks_beside) * (pages + 1);
    for (std::size_t worker = 0; worker < calls_.size(); ++worker) {
        if (calls_[worker] <= limit) continue;
        return checker_.fail(fmt::format("worker {} made {} calls for looks, with nothing to do",
                                         worker, calls_[worker]));
    }
}

}  // namespace simulation
