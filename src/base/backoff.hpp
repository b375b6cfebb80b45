#pragma once

#include "base/ensure.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace conduitd {

// How long to wait before the next try: exponential with full jitter. Each delay is uniform in
// [0, bound]; the bound starts at `min` and doubles up to `max`. Full jitter spreads a fleet that
// failed at one moment over the whole bound, where a jitter of a few per cent would leave it a
// herd.
class Backoff {
public:
    // Preconditions: 0 < min <= max.
    Backoff(Duration min, Duration max) : min_(min), max_(max), bound_(min) {
        ensure(min > Duration::zero(), "a backoff has a positive minimum");
        ensure(min <= max, "a backoff's minimum is not above its maximum");
    }

    [[nodiscard]] Duration next(Random& random) {
        const auto delay = random.up_to(bound_);
        bound_ = bound_ > max_ / 2 ? max_ : bound_ * 2;
        return delay;
    }

    // After a success: the next delay is drawn from [0, min] again.
    void reset() { bound_ = min_; }

private:
    Duration min_;
    Duration max_;
    Duration bound_;  // of the next delay
};

}  // namespace conduitd
