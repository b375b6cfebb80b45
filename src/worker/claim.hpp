#pragma once

#include "base/error.hpp"
#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "helix/client.hpp"
#include "helix/http.hpp"

#include <string>
#include <string_view>

namespace conduitd {

// What an Update Conduit Shards answer means for the shards that were claimed with it.
enum class ClaimOutcome {
    accepted,     // all of them point at our session
    rejected,     // the call went through, an entry did not: try again while the socket lives
    unavailable,  // no answer that counts: try again inside the window
    credentials_refused,  // only an operator helps
    conduit_gone,         // 404
};

struct ClaimVerdict {
    ClaimOutcome outcome;
    std::string reason;                      // for people; empty when accepted
    TimePoint points_at = TimePoint::min();  // not worth another try before this
    bool may_have_effect = false;            // Twitch may have pointed some at the session
    // Whether it is of use to ask again for the same session: not after a 429 with points left, nor
    // after another 4xx.
    bool is_repeatable = true;
    ShardSet bound = {};  // these do point at the session, whatever became of the rest
};

// Accepted means: a 2xx answer whose `data` has each shard, enabled, with our session id, and whose
// `errors` has none of them (Update Conduit Shards answers 202 also when every entry failed, and
// reports one by one).
// `errors[].code` is not looked at: Twitch publishes no list of its values.
[[nodiscard]] ClaimVerdict judge_claim(const Completion& completion, const ShardSet& shards,
                                       std::string_view session_id);

// Whether Twitch may have pointed some of the shards at the session, going by the answer to a claim
// that nobody waits for any more. By the same rules: not so after a 4xx, nor when each entry was
// refused.
[[nodiscard]] bool may_have_effect(const Result<HttpResponse>& answer, const ShardSet& shards,
                                   std::string_view session_id);

}  // namespace conduitd
