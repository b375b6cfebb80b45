#pragma once

#include "base/shard_set.hpp"
#include "checker.hpp"
#include "event_queue.hpp"
#include "roaming_places.hpp"
#include "worker/gap.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace simulation {

// Judges whether a fleet whose shards move tells what is missing. It knows what no consumer got
// and when Twitch had it, and the gaps that workers told of; a gap names no shard, so it counts
// for all of them. Its rules:
//
//  1. What Twitch had no session for, or wrote to one that nobody read, lies in a gap that some
//     worker told.
//  2. Excused is what nobody could know of: a shard that never had a session before (one that is
//     made once more is a new one), or has none until the end, or until somebody else gives it
//     one, or is gone by then; what was missing around a crash, or the stop of a worker that is
//     not started again, or since the sleep that it had just woken from; and a shard that had no
//     session when a worker was started which is configured for it, and claims it without a look.
class RoamingGaps {
public:
    static constexpr Duration slack = std::chrono::milliseconds(1500);
    // A silent death is noticed so late at the most: by Twitch, or by its worker's watchdog.
    static constexpr Duration death_limit = std::chrono::seconds(60);
    static constexpr Duration start_limit = std::chrono::seconds(30);

    RoamingGaps(const EventQueue& queue, const RoamingPlaces& places, Duration overlap)
        : queue_(queue), places_(places), overlap_(overlap) {}

    // Now and then: who has a session.
    void watch();
    // Twitch had a message for which no session was there.
    void on_dropped();
    // Somebody moves shards to other sessions: who gets them does not know what they are.
    void on_operator();
    // A worker crashes, or stops for good, and may not have read anything since then.
    void on_end_of_worker(TimePoint unread_since);
    // It is started, and claims these at once.
    void on_start(const conduitd::ShardSet& shards);
    void on_gap(const conduitd::Gap& gap);
    // At the end: something was written that nobody read.
    void on_unread(TimePoint at, std::string what);
    // At the end: what was not told, is a failure.
    void check_end(TimePoint begins, Checker& checker) const;

private:
    struct Span {
        TimePoint from;
        TimePoint until;
    };
    struct Missing {
        TimePoint at;
        std::vector<std::uint32_t> shards;  // one of them; empty: not known
        std::string what;
    };
    [[nodiscard]] bool is_told(TimePoint at) const;
    [[nodiscard]] bool is_excused(const Missing& missing) const;
    TimePoint& served_at(std::uint32_t shard);

    const EventQueue& queue_;
    const RoamingPlaces& places_;
    Duration overlap_;
    std::vector<TimePoint> served_at_;  // by shard: last
    std::vector<Missing> missing_;
    std::vector<Span> told_;
    std::vector<Span> ends_;
    struct Start {
        TimePoint at;
        conduitd::ShardSet shards;
    };
    std::vector<Start> starts_;
    [[nodiscard]] bool is_taken_blindly(std::uint32_t shard, TimePoint since) const;
};

}  // namespace simulation
