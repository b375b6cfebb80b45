#include "conduitctl/order.hpp"
#include "io/clock.hpp"

#include <fmt/format.h>

#include <chrono>
#include <future>
#include <optional>

namespace conduitctl {
namespace {

namespace errc = boost::system::errc;
using conduitd::Duration;
using conduitd::TimePoint;

bool is_gone_for_good(const Worker& worker) {
    // A supervisor may have started its successor at the same socket.
    const auto now = look_at(worker.socket);
    return now.reach == Reach::stale ||
           (now.reach == Reach::answers && is_another(now.status, worker));
}

Outcome too_late(const Worker& worker, Duration timeout) {
    const auto now = look_at(worker.socket);
    if (now.reach == Reach::unreachable) return failed(now.error);
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
    return failed(fmt::format("not gone within {} s, and still draining", seconds));
}

Outcome end_unsaid() {
    return failed("it ended without saying how: see its exit code and its log");
}

// A process that is killed closes the connection before it is gone; within this it is.
constexpr Duration dying_max = std::chrono::seconds(5);

// The order was not answered to its end.
Outcome explain(const Worker& worker, conduitd::ErrorCode error, Duration timeout) {
    if (error == errc::timed_out) return too_late(worker, timeout);
    return wait_for(
        dying_max,
        [&] { return is_gone_for_good(worker) ? std::optional(end_unsaid()) : std::nullopt; },
        [&] { return failed(error.message()); });
}

Outcome describe_end(const Answer& answer) {
    if (!answer.body.contains("exit_code")) return end_unsaid();  // it knows no `?wait`
    const Status end(answer.body);
    const auto code = end.number("exit_code");
    Outcome outcome{code == 0, "stopped"};
    if (code != 0) {
        outcome.text = fmt::format("stopped with exit code {}: {}", code, answer.shown("reason"));
    }
    outcome.facts["exit_code"] = code;
    return outcome;
}

Outcome drain_one(const Worker& worker, Duration timeout) {
    if (worker.reach != Reach::answers) return failed(worker.error);
    const TimePoint give_up_at = conduitd::monotonic_now() + timeout;
    const auto answer = ask(worker.socket, "POST", "/drain?wait", timeout);
    if (!answer) return explain(worker, answer.error(), timeout);
    if (answer->status != 200 && answer->status != 202)
        return failed("refused: " + answer->error());
    return wait_for(
        give_up_at - conduitd::monotonic_now(),
        [&] {
            return is_gone_for_good(worker) ? std::optional(describe_end(*answer)) : std::nullopt;
        },
        [&] { return too_late(worker, timeout); });
}

}  // namespace

std::vector<Outcome> drain(const std::vector<Worker>& workers, Duration timeout) {
    std::vector<std::future<Outcome>> ends;
    for (const auto& worker : workers) {
        ends.push_back(std::async(std::launch::async,
                                  [&worker, timeout] { return drain_one(worker, timeout); }));
    }
    std::vector<Outcome> outcomes;
    for (auto& end : ends) outcomes.push_back(end.get());
    return outcomes;
}

}  // namespace conduitctl
