#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace conduitd {

// Why one session takes over from another.
enum class HandoverCause {
    reconnect,  // Twitch ordered it, and its URL was followed
    plan_b,     // Twitch ordered it, and a fresh session took over instead
    rotation,   // the operator asked for a fresh session
    doubt,      // the old session fell silent, or its binding or one of its frames was refused
    loss,       // the old session ended before
};

[[nodiscard]] std::string_view name_of(HandoverCause cause);

// What became of the notifications and revocations of one session: those read are forwarded,
// dropped as duplicates, or held back for the order's sake.
struct Tally {
    std::uint64_t read = 0;
    std::uint64_t forwarded = 0;
    std::uint64_t duplicates = 0;

    [[nodiscard]] std::uint64_t settled() const { return forwarded + duplicates; }

    Tally& operator+=(const Tally& other) {
        read += other.read;
        forwarded += other.forwarded;
        duplicates += other.duplicates;
        return *this;
    }
};

// One handover: from its cause until the old session has been read to its end, or until the new one
// is bound, whichever comes later.
struct HandoverReport {
    HandoverCause cause{};
    std::string from;    // session ids
    std::string to;      // the same one after most reconnects
    Duration took{};     // from the cause until the new session was bound
    Duration unbound{};  // of that, how long no live session may have had the shard
    std::uint64_t read_old = 0;
    std::uint64_t read_new = 0;
    std::uint64_t read_between = 0;  // on sessions that were dialled on the way and not kept
    std::uint64_t forwarded = 0;     // of all
    std::uint64_t duplicates = 0;    // of all

    // Whatever was read is accounted for.
    [[nodiscard]] bool is_balanced() const {
        return read_old + read_new + read_between == forwarded + duplicates;
    }
};

// A handover under way, as kept with the session that is to be left.
struct Departure {
    std::uint32_t from{};  // the session's key
    HandoverCause cause{};
    TimePoint begun_at{};
    Tally before{};  // of the old session, when it began; held messages count as unread
    // Once another session has taken over:
    TimePoint taken_over_at = never;
    std::uint32_t successor = UINT32_MAX;  // its key
    std::string successor_id{};
    Tally successor_tally{};  // final, when the successor has ended first
    Tally between{};          // of ended sessions that were passed over
    Duration unproven{};      // before that, another may have had the shard, and was lost

    // A session that was dialled after the one to be left and before the one that was kept.
    [[nodiscard]] bool passed_over(std::uint32_t key) const {
        return key > from && key < successor;
    }
};

[[nodiscard]] HandoverReport make_report(const Departure& departure, const Tally& old_session,
                                         const Tally& new_session);

}  // namespace conduitd
