#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"

#include <optional>
#include <string_view>

namespace conduitd {

// Why messages may be missing. Twitch has no replay: what it sends while no live session of ours
// has the shard is gone, and nothing tells whether it sent any.
enum class GapReason {
    session_closed,  // Twitch closed the session; everything up to its close frame was read
    session_cut,     // the connection broke; what was on its way may be lost too
    session_silent,  // nothing came any more, not even keepalives, until another session took over
    shard_astray,    // the listing did not have the shard at our session
    // A claim was not answered, and its session ended: the shard may have pointed at that one.
    claim_unanswered,
    // A message could not be read (too large, or not as Twitch writes it) and was passed over.
    message_skipped,
    // A shard that this worker took had no session since the one before had ended.
    unserved,
    // The process before this one ended: as ordered, or otherwise.
    process_stopped,
    process_died,
};

[[nodiscard]] constexpr std::string_view name_of(GapReason reason) {
    switch (reason) {
        case GapReason::session_closed:
            return "session_closed";
        case GapReason::session_cut:
            return "session_cut";
        case GapReason::session_silent:
            return "session_silent";
        case GapReason::shard_astray:
            return "shard_astray";
        case GapReason::claim_unanswered:
            return "claim_unanswered";
        case GapReason::message_skipped:
            return "message_skipped";
        case GapReason::unserved:
            return "unserved";
        case GapReason::process_stopped:
            return "process_stopped";
        case GapReason::process_died:
            return "process_died";
    }
    return "unknown";
}

struct Gap {
    GapReason reason{};
    TimePoint since{};                 // the last proof that messages arrived
    std::optional<TimePoint> until{};  // the next one; none when the worker stopped before
    ShardSet shards{};                 // whose; empty where they are not known
};

}  // namespace conduitd
