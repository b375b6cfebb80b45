#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "helix/client.hpp"
#include "worker/actions.hpp"
#include "worker/never_bound.hpp"
#include "worker/shard_look.hpp"
#include "worker/subscription_check.hpp"
#include "worker/survey.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace conduitd {

// What the calls of a worker that are under way are for.

// One at a time.
struct ClaimUnderWay {
    CallId call;
    SessionKey key;
    TimePoint began_at;
    ShardSet batch;
    ShardSet fresh{};  // claimed along; what becomes of them decides nothing
    bool is_for_guests = false;
    bool is_overtaken = false;  // an abandoned one was answered meanwhile
};

// Its session has ended; what it has come to is still to be learnt.
struct AbandonedClaim {
    std::string session_id;
    ShardSet batch;
    TimePoint began_at;
};

struct LookUnderWay {
    CallId call;
    ShardLook pages;
    std::string session_id;  // where the shard should be
    TimePoint asked_at{};    // for the latest page
    std::string cursor{};    // of that page
};

struct SurveyUnderWay {
    CallId call;
    Survey reader;
    TimePoint began_at;
    TimePoint asked_at;            // for the latest page
    bool is_wanted_again = false;  // there was a reason for one after it had begun
};

// Pages with dead shards of others, which are adopted one after another.
struct Adoption {
    std::vector<std::pair<std::string, ShardSet>> pages;  // by cursor; the first is read again
    std::optional<CallId> call;
    TimePoint asked_at{};
    NeverBound::Found unbound{};  // of them: what nobody has claimed yet
};

struct SubscriptionsUnderWay {
    CallId call;
    SubscriptionCheck check;
};

// Of the page of what was chosen, right before it is claimed.
struct ChoiceCheck {
    CallId call;
    TimePoint began_at;
    TimePoint asked_at;  // for the latest page
};

// From the wait for the host's lock to the claim.
struct Growth {
    bool is_locked = false;
    std::optional<CallId> call{};
    std::uint32_t full_at = 0;  // so many shards, none of them free
    std::string page{};         // of the listing: by its cursor, the one that will have the next
    TimePoint sent_at = never;  // the growth; never: not yet
};

}  // namespace conduitd
