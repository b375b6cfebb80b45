#include "conduitctl/order.hpp"
#include "conduitctl/status_view.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace conduitctl {
namespace {

using conduitd::Duration;

Outcome describe(const Status& report) {
    const bool is_whole = report.number("unbound_ms") == 0;
    const auto what = is_whole ? "rotated: " : "rotated, but the old session was lost on the way: ";
    Outcome outcome{is_whole && report.is_set("is_balanced"), what + describe_handover(report)};
    outcome.facts["handover"] = report.document();
    return outcome;
}

// Done once there is a report of the session that was bound when the order was given.
std::optional<Outcome> look_for_report(const Worker& worker, const std::string& old_session) {
    const auto now = look_at(worker.socket);
    if (now.reach == Reach::stale) return failed("it ended before the rotation was done");
    if (now.reach == Reach::unreachable) return std::nullopt;
    if (is_another(now.status, worker)) return failed("it was restarted meanwhile");
    const auto report = now.status.section("last_handover");
    if (report.empty() || report.text("from") != old_session) return std::nullopt;
    return describe(report);
}

Outcome rotate_one(const Worker& worker, Duration timeout) {
    if (worker.reach != Reach::answers) return failed(worker.error);
    const auto answer = ask(worker.socket, "POST", "/rotate");
    if (!answer) return failed(answer.error().message());
    if (answer->status != 202) return failed("refused: " + answer->error());

    const Status order(answer->body);
    const auto old_session = order.text("session_id");
    const bool waits_for_token = order.text("waits_for") == "token";
    return wait_for(
        timeout, [&] { return look_for_report(worker, old_session); },
        [&] {
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
            const auto* const why =
                waits_for_token ? "it waits until Twitch grants a token again" : "still under way";
            return failed(fmt::format("not done within {} s, and {}", seconds, why));
        });
}

}  // namespace

std::vector<Outcome> rotate(const std::vector<Worker>& workers, Duration timeout) {
    std::vector<Outcome> outcomes;
    for (const auto& worker : workers) outcomes.push_back(rotate_one(worker, timeout));
    return outcomes;
}

}  // namespace conduitctl
