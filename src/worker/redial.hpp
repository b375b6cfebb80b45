#pragma once

#include "base/backoff.hpp"
#include "base/random.hpp"
#include "base/time.hpp"

namespace conduitd {

struct RedialOptions {
    Duration first_jitter = std::chrono::milliseconds(20);
    Duration delay_min = std::chrono::milliseconds(500);
    Duration delay_max = std::chrono::seconds(30);
    // A dial storm answered with 429 has been seen on the real service; it wants 15 to 30 s.
    Duration busy_delay_min = std::chrono::seconds(15);
    Duration busy_delay_max = std::chrono::seconds(30);
    // A session bound for so long makes the next loss a first one again, which is answered at once:
    // a dial a second at most, whatever happens. The backoff starts anew only after a stable spell.
    Duration settled_after = std::chrono::seconds(1);
    Duration stable_after = std::chrono::minutes(1);
};

// When to dial again after a loss: the first time at once, then with exponential backoff and full
// jitter.
class Redial {
public:
    explicit Redial(RedialOptions options)
        : options_(options), backoff_(options.delay_min, options.delay_max) {}

    [[nodiscard]] TimePoint after_loss(TimePoint now, Random& random) {
        if (is_first_) {
            is_first_ = false;
            return now + random.up_to(options_.first_jitter);
        }
        return now + backoff_.next(random);
    }

    [[nodiscard]] TimePoint after_refusal(TimePoint now, Random& random) {
        is_first_ = false;
        return now + options_.busy_delay_min +
               random.up_to(options_.busy_delay_max - options_.busy_delay_min);
    }

    // A session that was bound from `since` until `now` has ended.
    void on_bound_spell(TimePoint since, TimePoint now) {
        if (now - since >= options_.settled_after) is_first_ = true;
        if (now - since >= options_.stable_after) backoff_.reset();
    }

private:
    RedialOptions options_;
    Backoff backoff_;
    bool is_first_ = true;
};

}  // namespace conduitd
