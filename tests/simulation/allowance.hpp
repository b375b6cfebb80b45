#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <chrono>

namespace simulation {

using conduitd::Duration;
using conduitd::TimePoint;

// How much of a worker's allowance for dials at once (worker/redial.hpp) is left: time that fills
// up as time goes by, and of which each dial takes its price.
class Allowance {
public:
    static constexpr Duration price = std::chrono::seconds(1);
    static constexpr Duration price_after_moment = std::chrono::seconds(10);
    static constexpr Duration moment = std::chrono::milliseconds(100);

    explicit Allowance(Duration size) : size_(size) {}

    // What the dial costs that follows a session which had the shard for so long until it was
    // closed.
    [[nodiscard]] static Duration price_behind(Duration held_for) {
        return held_for < moment ? price_after_moment : price;
    }

    [[nodiscard]] bool covers(Duration amount, TimePoint now) const {
        return spent_with(amount, now) <= now;
    }
    void take(Duration amount, TimePoint now) { spent_until_ = spent_with(amount, now); }

private:
    [[nodiscard]] TimePoint spent_with(Duration amount, TimePoint now) const {
        return std::max(spent_until_, now - size_) + amount;
    }

    Duration size_;
    TimePoint spent_until_ = TimePoint::min();
};

}  // namespace simulation
