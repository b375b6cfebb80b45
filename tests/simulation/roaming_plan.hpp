#pragma once

#include "base/shard_set.hpp"
#include "event_queue.hpp"
#include "twitch_sim/model/model.hpp"
#include "worker/conduit_steps.hpp"

#include <cstdint>
#include <vector>

namespace simulation {

enum class RoamingEventKind : std::uint8_t {
    crash,
    crash_for_good,
    stop,
    stop_for_good,
    stop_several,     // at once; most of them start again
    stop_all,         // at once, and start again
    rolling_restart,  // of all, the next once the one before has what it can have
    suspension,       // often for longer than others wait for it
    reconnect,        // Twitch tells one session to move
    reconnect_all,
    close,        // Twitch closes a session
    reset,        // without a close frame
    slow_calls,   // answered late, or taking effect too late
    lost_calls,   // without an answer, with an effect or without
    scale_up,     // an operator makes the conduit larger
    scale_down,   // and smaller, at its end
    scale_about,  // and smaller, with the last shard moved to a lower number before
};

struct RoamingEvent {
    TimePoint at;
    RoamingEventKind kind{};
    unsigned worker = 0;  // of no meaning for some kinds
};

struct RoamingWorker {
    unsigned host = 0;
    conduitd::ShardSet shards;  // empty: any that is free
    conduitd::WhenFull when_full = conduitd::WhenFull::wait;
    Duration starts_after{};
};

// What a seed means to a fleet whose shards move.
//
//     begins           emits_from            faults_end                    ends
//       |-- all start --|-- what happens ------|-- recovery -- all is well --|
struct RoamingPlan {
    // A calm run has restarts, one at a time, and moves that Twitch orders: nothing is lost.
    bool is_calm = false;
    twitch_sim::ModelOptions model;
    std::uint32_t shards = 1;
    std::uint32_t shard_max = 1;  // to which workers grow the conduit that make one where none is
    unsigned hosts = 1;
    bool names_conduit = false;
    Duration delay_max{};  // of the network
    std::vector<RoamingWorker> workers;
    TimePoint begins;
    TimePoint emits_from;
    TimePoint faults_end;
    TimePoint ends;
    std::vector<RoamingEvent> events;

    // Between two looks at the listing of a worker, at most, in a fleet of this size.
    [[nodiscard]] Duration look_period() const;
    // What was given up has a session again, where a worker is there for it: two looks, a session
    // that is dialled with pauses, and its claim.
    [[nodiscard]] Duration recovery_limit() const;
    [[nodiscard]] TimePoint recovered_by() const { return faults_end + recovery_limit(); }
};

[[nodiscard]] RoamingPlan make_roaming_plan(std::uint64_t seed);

}  // namespace simulation
