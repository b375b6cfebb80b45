#include "conduitctl/order.hpp"

#include <fmt/format.h>

#include <chrono>

namespace conduitctl {
namespace {

namespace errc = boost::system::errc;
using conduitd::Duration;

Outcome upgrade_one(const Worker& worker, Duration timeout) {
    if (worker.reach != Reach::answers) return failed(worker.error);
    const auto before = worker.status.number("pid");
    const auto answer = ask(worker.socket, "POST", "/upgrade", timeout);
    if (!answer && answer.error() == errc::timed_out) {
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout).count();
        return failed(fmt::format("not done within {} s, and still under way", seconds));
    }
    if (!answer) return failed(answer.error().message());
    if (answer->status == 404) return failed("refused: it is too old to be taken over from");
    if (answer->status != 200) return failed("it goes on as before: " + answer->error());
    const Status done(answer->body);
    const auto pid = done.number("pid");
    Outcome outcome{true, fmt::format("process {} has taken over from process {}", pid, before)};
    outcome.facts["pid"] = pid;
    return outcome;
}

}  // namespace

std::vector<Outcome> upgrade(const std::vector<Worker>& workers, Duration timeout) {
    std::vector<Outcome> outcomes;
    for (const auto& worker : workers) outcomes.push_back(upgrade_one(worker, timeout));
    return outcomes;
}

}  // namespace conduitctl
