#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "worker/handover.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

enum class WorkerState {
    preparing,  // token and conduit are being looked up; no session
    standby,    // no shard is to be had: no session; the listing is read until there is one
    seeking,    // no session is bound: one is dialled or claimed, or the next dial waits
    holding,    // a session is bound and no successor is on its way
    moving,     // a session is bound and its successor is on its way
    offering,   // stands still for the process that takes over: reads on, asks nothing
    stopping,   // told to stop: sessions are closed and read to their ends
    stopped,    // terminal
};

[[nodiscard]] std::string_view name_of(WorkerState state);

// What became of the wish for a fresh session.
enum class RotateVerdict {
    begun,
    waits_for_token,  // begun, but nothing is dialled before there is a token to claim it with
    under_way,        // the shard is being moved already
    nothing_bound,    // there is no session to be replaced
};

// What an operator asks about: counters are since the start.
struct WorkerStatus {
    WorkerState state{};
    std::string conduit_id;
    ShardSet shards;
    ShardSet guests;         // of others, that point at its session, as the latest listing had them
    std::string session_id;  // of the bound session
    std::uint64_t forwarded = 0;
    std::uint64_t duplicates = 0;
    // Ids that the dedupe window forgot before their time, for want of room.
    std::uint64_t dedupe_evicted = 0;
    std::uint64_t reconnects = 0;     // ordered by Twitch
    std::uint64_t losses = 0;         // bound sessions that ended or fell silent
    std::uint64_t handovers = 0;      // from one session to another, for whatever reason
    std::uint64_t claims = 0;         // accepted by Twitch, those that confirm a binding too
    std::uint64_t claims_failed = 0;  // refused, or not answered in time
    std::uint64_t read_old = 0;       // of all handovers, as HandoverReport has it
    std::uint64_t read_new = 0;
    std::uint64_t gaps = 0;            // times in which messages may have been missed
    Duration gap_total{};              // their length
    std::uint64_t frames_skipped = 0;  // they could not be read
    std::optional<HandoverReport> last_handover;
    bool is_doubtful = false;  // as Worker::is_doubtful()
    // When the process fell asleep, as long as nothing is read of the bound session that came after
    // that: it may have ended meanwhile.
    std::optional<TimePoint> unproven_since;
    std::string held_by;  // somebody else's session that has the shard; empty when none
    // The points of the client id, which all its workers share, as the last answer of Helix told:
    // left of a minute's.
    std::optional<std::uint32_t> points_left;
    std::optional<std::uint32_t> points_limit;
    TimePoint token_ends_at = never;  // never where there is none, or it does not say
    // Of the conduit, and those of them that nobody reads; none before the first listing.
    std::optional<std::size_t> shards_listed;
    std::optional<std::size_t> shards_unserved;
    std::size_t fleet_size = 1;          // sessions of the conduit, as the latest listing had them
    std::optional<TimePoint> parked_at;  // all its shards, at its stop
    bool is_degraded = false;  // reads on, but without the shard, or unable to replace its session
};

}  // namespace conduitd
