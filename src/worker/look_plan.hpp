#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

// Reading the shard back after a claim: first when a claim of ours that timed out must have been
// applied or lost, so the wait is longer than an attempt may take, and once more later.
struct LookOptions {
    Duration settle_min = std::chrono::seconds(3);
    Duration jitter = std::chrono::seconds(2);
    Duration again_after = std::chrono::seconds(30);
    // After a claim for a shard that others may have chosen too: up to twice that.
    Duration early = std::chrono::milliseconds(300);
    Duration attempt_timeout = std::chrono::seconds(5);
    Duration page_patience = std::chrono::seconds(20);
};

// When the shard is read back.
class LookPlan {
public:
    explicit LookPlan(LookOptions options) : options_(options) {}

    [[nodiscard]] TimePoint at() const { return at_; }
    [[nodiscard]] bool is_due(TimePoint now) const { return at_ <= now; }
    [[nodiscard]] bool is_planned() const { return at_ != never; }
    void clear() { at_ = never; }

    // A claim was accepted. Each look that finds the shard astray doubles the wait before the next,
    // so that a listing that lags behind does not turn into a stream of claims.
    void after_claim(TimePoint now, Random& random) {
        left_ = 2;
        at_ = now + options_.settle_min * (1 << std::min(astray_, 4u)) +
              random.up_to(options_.jitter);
    }

    // A claim for a shard that others may have chosen too was accepted: within a second they have
    // claimed it as well, if they did.
    void after_choice(TimePoint now, Random& random) {
        left_ = 3;
        is_early_ = true;
        at_ = now + options_.early + random.up_to(options_.early);
    }

    // The shard is being moved: what the listing says now is nobody's concern.
    void after_move(TimePoint now) { at_ = now + options_.settle_min; }

    // True when it is the first failure in a row.
    bool on_failed(TimePoint now, Random& random) {
        again(now, options_.again_after, random);
        return failed_++ == 0;
    }

    void on_found(TimePoint now, Random& random) {
        astray_ = failed_ = 0;
        if (--left_ == 0) return;
        again(now, std::exchange(is_early_, false) ? options_.settle_min : options_.again_after,
              random);
    }

    void on_astray() {
        failed_ = 0;
        ++astray_;
    }

private:
    void again(TimePoint now, Duration after, Random& random) {
        at_ = now + after + random.up_to(options_.jitter);
    }

    LookOptions options_;
    TimePoint at_ = never;
    unsigned left_ = 0;
    unsigned astray_ = 0;  // looks in a row
    unsigned failed_ = 0;  // likewise
    bool is_early_ = false;
};

}  // namespace conduitd
