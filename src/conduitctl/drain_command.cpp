#include "conduitctl/order.hpp"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace conduitctl {
namespace {

using conduitd::Duration;

// Why the order could not be given, if so.
std::optional<Outcome> order_drain(const Worker& worker) {
    if (worker.reach != Reach::answers) return failed(worker.error);
    const auto answer = ask(worker.socket, "POST", "/drain");
    if (!answer) return failed(answer.error().message());
    if (answer->status != 202) return failed("refused: " + answer->error());
    return std::nullopt;
}

// A supervisor may have started its successor at the same socket. How it ended is for its exit code
// and its log to say.
std::optional<Outcome> look_for_end(const Worker& worker) {
    const auto now = look_at(worker.socket);
    const bool is_over = now.reach == Reach::stale ||
                         (now.reach == Reach::answers && is_another(now.status, worker));
    return is_over ? std::optional(Outcome{true, "stopped"}) : std::nullopt;
}

Outcome wait_for_end(const Worker& worker, Duration timeout) {
    return wait_for(
        timeout, [&] { return look_for_end(worker); },
        [&] {
            const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
            return failed(fmt::format("not gone within {} s, and still draining", seconds));
        });
}

}  // namespace

std::vector<Outcome> drain(const std::vector<Worker>& workers, Duration timeout) {
    std::vector<std::optional<Outcome>> refusals;
    for (const auto& worker : workers) refusals.push_back(order_drain(worker));
    std::vector<Outcome> outcomes;
    for (std::size_t i = 0; i < workers.size(); ++i) {
        outcomes.push_back(refusals[i] ? *refusals[i] : wait_for_end(workers[i], timeout));
    }
    return outcomes;
}

}  // namespace conduitctl
