#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "eventsub/session.hpp"
#include "worker/gap.hpp"
#include "worker/handover.hpp"

#include <string>

namespace conduitd {

// What the worker had, or was about to have, and has not any more.

// The bound session that ended, while no other is bound.
struct LostSession {
    Departure departure;
    std::string session_id;
    Tally tally;
    Gap gap;
    bool is_whole = false;      // closed, read to its end, and never doubted to have the shard
    bool was_doubtful = false;  // whether it had the shard
    bool has_gap = true;
};

// Shards of ours that are somebody else's now.
struct GivenUp {
    TimePoint at;
    TimePoint proven_at;  // when the shard was last known to be ours
    ShardSet shards;
};

// To whom a shard was given up, and when.
struct Yielded {
    std::string session_id;
    TimePoint at;
};

// Shards that were chosen and dropped, and since when nobody had read them.
struct Unserved {
    ShardSet shards;
    TimePoint since;
};

}  // namespace conduitd
