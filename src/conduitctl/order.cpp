#include "conduitctl/order.hpp"

#include "io/clock.hpp"

#include <thread>
#include <utility>

namespace conduitctl {

Outcome failed(std::string why) {
    return {false, std::move(why)};
}

Outcome wait_for(conduitd::Duration timeout, const std::function<std::optional<Outcome>()>& look,
                 const std::function<Outcome()>& too_late) {
    const auto give_up_at = conduitd::monotonic_now() + timeout;
    for (;;) {
        if (auto outcome = look()) return std::move(*outcome);
        if (conduitd::monotonic_now() >= give_up_at) return too_late();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

bool is_another(const Status& status, const Worker& worker) {
    return status.number("pid") != worker.status.number("pid") ||
           status.text("started_at") != worker.status.text("started_at");
}

}  // namespace conduitctl
