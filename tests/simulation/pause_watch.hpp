#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace simulation {

using conduitd::Duration;

// Looks at pauses that are each to be drawn evenly from zero to a bound, which begins with `min`
// and doubles up to `max` (base/backoff.hpp). A single one may be as short as it likes; of all of
// them together it is known how unlikely that is: the product of n numbers drawn evenly from zero
// to one is e^-s or less with a probability of e^-s (1 + s + s²/2! + … + s^(n-1)/(n-1)!).
class PauseWatch {
public:
    // Rarer than this is no chance. So many pauses are seen in as many runs as anybody plays that
    // one in a billion would come up.
    static constexpr double probability_min = 1e-12;

    PauseWatch(Duration min, Duration max) : min_(min), max_(max) {}

    // Answers whether the pauses since the beginning, this one included, are too short to have been
    // drawn so. Longer ones than their bound are none the worse for it.
    [[nodiscard]] bool is_too_short(Duration pause) {
        const auto share = std::chrono::duration<double>(std::max(pause, Duration(1))) / bound_;
        shortness_ -= std::min(std::log(share), 0.0);
        ++count_;
        bound_ = std::min(bound_ * 2, max_);
        return probability() < probability_min;
    }

    // The next pause is the first.
    void reset() { *this = PauseWatch(min_, max_); }

private:
    [[nodiscard]] double probability() const {
        double term = 1;
        double sum = 0;
        for (unsigned i = 0; i < count_; ++i) {
            sum += term;
            term *= shortness_ / (i + 1);
        }
        return std::exp(-shortness_) * sum;
    }

    Duration min_;
    Duration max_;
    Duration bound_ = min_;  // of the next pause
    unsigned count_ = 0;
    double shortness_ = 0;  // s
};

}  // namespace simulation
