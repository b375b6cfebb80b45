#pragma once

#include "base/time.hpp"

#include <chrono>

namespace conduitd {

struct RefusedClaimsOptions {
    // Claims that Twitch has refused one after the other for so long go on being refused.
    Duration lasting_after = std::chrono::minutes(1);
    // A refusal so long after the one before begins anew. Longer than the longest pause between
    // two dials (RedialOptions), and the time that the second one's claim takes.
    Duration apart_max = std::chrono::minutes(1);
};

// Tells refusals that pass from those that last. A claim that Twitch answers and refuses is asked
// for again while its session has time; all workers of the client id share the points for it (Helix
// rate limits), so once that has led nowhere for a while, each session is claimed once, and the
// pauses between dials set the pace.
class RefusedClaims {
public:
    explicit RefusedClaims(RefusedClaimsOptions options) : options_(options) {}

    void on_refused(TimePoint now) {
        const bool goes_on = since_ != never && now - latest_ <= options_.apart_max;
        if (!goes_on) since_ = now;
        latest_ = now;
    }

    // One of the shards was granted.
    void on_granted() { since_ = never; }

    [[nodiscard]] bool are_lasting() const {
        return since_ != never && latest_ - since_ >= options_.lasting_after;
    }

private:
    RefusedClaimsOptions options_;
    TimePoint since_ = never;  // the first of those that followed one another
    TimePoint latest_ = never;
};

}  // namespace conduitd
