#pragma once

#include "base/time.hpp"
#include "io/clock.hpp"

#include <algorithm>

namespace twitch_sim {

using conduitd::Duration;
using conduitd::TimePoint;

// The model's time line: zero when made, and `scale` times as fast as the world's.
class VirtualClock {
public:
    explicit VirtualClock(double scale) : scale_(scale), start_(conduitd::monotonic_now()) {}

    [[nodiscard]] TimePoint now() const {
        const Duration elapsed = conduitd::monotonic_now() - start_;
        return TimePoint{scale_ == 1 ? elapsed : scaled(elapsed, scale_)};
    }

    // How long a virtual duration takes in the world.
    [[nodiscard]] Duration real(Duration virtual_duration) const {
        return scale_ == 1 ? virtual_duration : scaled(virtual_duration, 1 / scale_);
    }

private:
    // At most a century, so that "never" survives every scale.
    static Duration scaled(Duration duration, double factor) {
        constexpr double nanoseconds_max = 3.15e18;
        const double nanoseconds = static_cast<double>(duration.count()) * factor;
        return Duration(static_cast<Duration::rep>(std::min(nanoseconds, nanoseconds_max)));
    }

    double scale_;
    TimePoint start_;
};

}  // namespace twitch_sim
