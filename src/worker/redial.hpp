#pragma once

#include "base/backoff.hpp"
#include "base/defect.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

struct RedialOptions {
    Duration first_jitter = std::chrono::milliseconds(20);
    // Losses of bound sessions are answered at once, and sessions in doubt replaced at once, as
    // long as they do not come in a storm: so many in a row, and one more in each interval.
    unsigned at_once_burst = 100;
    Duration at_once_interval = std::chrono::seconds(10);
    Duration delay_min = std::chrono::milliseconds(500);
    Duration delay_max = std::chrono::seconds(30);
    // A dial storm answered with 429 has been seen on the real service; it wants 15 to 30 s.
    Duration busy_delay_min = std::chrono::seconds(15);
    Duration busy_delay_max = std::chrono::seconds(30);
    // Only a session bound for so long makes the backoff start anew.
    Duration stable_after = std::chrono::minutes(1);
};

// When to dial again after a loss: the first time at once, then, as long as no session gets bound,
// with exponential backoff and full jitter.
class Redial {
public:
    explicit Redial(RedialOptions options)
        : options_(options), backoff_(options.delay_min, options.delay_max) {}

    [[nodiscard]] TimePoint after_loss(TimePoint now, Random& random) {
        if (std::exchange(is_first_, false) && may_dial_at_once(now)) {
            return std::max(now, not_before_) + random.up_to(options_.first_jitter);
        }
        return std::max(now + backoff_.next(random), not_before_);
    }

    // A session dialled before this could not be claimed.
    void wait_until(TimePoint time) { not_before_ = std::max(not_before_, time); }

    [[nodiscard]] TimePoint after_refusal(TimePoint now, Random& random) {
        is_first_ = false;
        wait_until(now + options_.busy_delay_min +
                   random.up_to(options_.busy_delay_max - options_.busy_delay_min));
        return not_before_;
    }

    // Whether a bound session may be replaced now; else after_loss() says when. That is not put off
    // for want of points: the session has little time left, and the claim may wait.
    [[nodiscard]] bool may_replace(TimePoint now) {
        is_first_ = may_dial_at_once(now);
        return is_first_;
    }

    // A session that was bound from `since` until `now` has ended.
    void on_bound_spell(TimePoint since, TimePoint now) {
        is_first_ = true;
        const bool was_stable = now - since >= options_.stable_after;
        if (was_stable || is_planted(Defect::backoff_reset_on_binding)) backoff_.reset();
    }

private:
    // Each dial at once uses up an interval; up to `at_once_burst` unused ones are kept.
    [[nodiscard]] bool may_dial_at_once(TimePoint now) {
        const auto kept = options_.at_once_interval * options_.at_once_burst;
        const auto used = std::max(used_until_, now - kept) + options_.at_once_interval;
        if (used > now) return false;
        used_until_ = used;
        return true;
    }

    RedialOptions options_;
    Backoff backoff_;
    bool is_first_ = true;
    TimePoint used_until_{};
    TimePoint not_before_ = TimePoint::min();
};

}  // namespace conduitd
