#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <cstdint>

namespace conduitd {

// Reading the shard back after a claim: first when a claim of ours that timed out must have been
// applied or lost, so the wait is longer than an attempt may take, and once more later.
struct LookOptions {
    Duration settle_min = std::chrono::seconds(3);
    Duration jitter = std::chrono::seconds(2);
    Duration again_after = std::chrono::seconds(30);
    // While another session holds the shard it is looked up again and again, for so many points.
    unsigned points_a_minute_max = 10;
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

    // The shard is being moved: what the listing says now is nobody's concern.
    void after_move(TimePoint now) { at_ = now + options_.settle_min; }

    // True when it is the first failure in a row.
    bool on_failed(TimePoint now, Random& random) {
        again(now, options_.again_after, random);
        return failed_++ == 0;
    }

    void on_found(TimePoint now, Random& random) {
        astray_ = failed_ = 0;
        if (--left_ > 0) again(now, options_.again_after, random);
    }

    void on_astray() {
        failed_ = 0;
        ++astray_;
    }

    // Another's session has it, by a listing of so many pages: looked for until that changes.
    void on_yielded(std::uint32_t pages, TimePoint now, Random& random) {
        failed_ = 0;
        const auto pace = Duration(std::chrono::minutes(pages)) / options_.points_a_minute_max;
        again(now, std::max(options_.again_after, pace), random);
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
};

}  // namespace conduitd
