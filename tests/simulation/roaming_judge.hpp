#pragma once

#include "checker.hpp"
#include "event_queue.hpp"
#include "http_network.hpp"
#include "roaming_fleet.hpp"
#include "roaming_places.hpp"
#include "roaming_plan.hpp"
#include "twitch.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

// Judges who has which shard, in a fleet whose shards move. It knows where Twitch has the shards,
// and what workers take for theirs. Its rules:
//
//  1. No shard is taken for theirs by two workers for longer than a look, in which one of them
//     finds the other.
//  2. `recovered_by()`, and from then on: a shard has a session that is read where there is a
//     worker for it: one that is configured for it, or one that takes any and has none; where
//     it had a session once, anybody who has one himself.
//  3. What is settled stays: from then on no worker claims what another one has, but a guest.
//  4. A shard whose host leaves its session in order has another session `left_limit` later, as
//     long as somebody else was there to have it. Excused is a worker whose calls were disturbed,
//     or whose time to stop was over, and a shard that came to it at the last moment.
//  5. Where nothing goes wrong but that workers are restarted, one at a time, no shard is ever
//     without a session.
//  6. A worker that takes any shard claims none that somebody else has, and has had for
//     `known_after`, unless as a guest: one of several, as it was a moment ago, at the session of
//     that time and with the shards that the conduit had then. Excused is who had
//     it, with a session that lived, until then, and has not looked since; and who could not look,
//     for a call of his was disturbed within that time.
//  7. No shard goes to and fro: while nothing else happens to the fleet, workers that are there
//     claim it from one another `tugs_max` times at most, or once each. (Two that each keep guests
//     take each other for a host.)
//  8. What its owner, who is configured for it, has claimed from a host, the host does not claim
//     again within `owned_for`, as long as it stays at that session.
class RoamingJudge {
public:
    static constexpr Duration left_limit = std::chrono::seconds(3);
    static constexpr Duration known_after = std::chrono::seconds(5);
    // A call that was disturbed, or a shard that came, is at fault for so long.
    static constexpr Duration blame_lasts = std::chrono::seconds(40);
    static constexpr Duration last_moment = std::chrono::seconds(7);
    // A listing on which a shard is claimed is not older, and the claim is on its way.
    static constexpr Duration moment = std::chrono::seconds(3);
    static constexpr unsigned tugs_max = 8;
    static constexpr Duration owned_for = std::chrono::minutes(2);
    // From the order to stop, at which parking is given up (worker/options.hpp).
    static constexpr Duration parking_time = std::chrono::milliseconds(4400);

    struct Parts {
        const RoamingPlan& plan;
        EventQueue& queue;
        Trace& trace;
        Checker& checker;
        const Twitch& twitch;
        const HttpNetwork& http;
        RoamingFleet& fleet;
        const RoamingPlaces& places;
    };
    explicit RoamingJudge(Parts parts) : parts_(parts) {}

    // A call of a process, or of somebody else, has taken effect.
    void on_call(std::optional<ProcessId> caller);
    // After everything that happens: a session may have ended.
    void on_step();
    // Something happens to the fleet.
    void on_event();
    // Now and then.
    void watch();

private:
    struct Row {
        Place place;
        TimePoint since{};                       // it points there
        TimePoint had_since{};                   // its process has it
        std::optional<ProcessId> claimer;        // by whose call
        std::string claimed_for;                 // the session then
        bool was_guest = false;                  // at the session of its process before this one
        std::optional<ProcessId> from;           // who had it then, with a live session
        bool was_known_to_host = false;          // that one had it for long enough to have looked
        std::map<ProcessId, TimePoint> lost_at;  // by who had it before, with a live session
        unsigned tugs = 0;                       // claims of workers from others that are there
    };
    struct Belief {
        std::vector<ProcessId> processes;
        TimePoint since{};
    };

    void scan(std::optional<ProcessId> caller);
    void on_moved(std::uint32_t shard, const Row& before, const Place& place, ProcessId caller);
    void on_ended(std::uint32_t shard, const Row& before);
    void check_left(std::uint32_t shard, ProcessId host);
    void check_beliefs();
    void check_served();
    [[nodiscard]] bool has_relieved(const Row& before) const;
    [[nodiscard]] bool is_host(const std::string& session_id) const;
    [[nodiscard]] bool was_left_in_order(const std::string& session_id) const;
    [[nodiscard]] bool has_other_host(unsigned worker) const;
    [[nodiscard]] bool is_wanted_by(unsigned worker, std::uint32_t shard) const;
    [[nodiscard]] bool has_session(unsigned worker) const;
    [[nodiscard]] bool is_idle(unsigned worker) const;
    [[nodiscard]] bool is_disturbed(ProcessId process) const;
    [[nodiscard]] bool is_recovered() const {
        return parts_.queue.now() >= parts_.plan.recovered_by() &&
               parts_.queue.now() < parts_.plan.ends;
    }

    Parts parts_;
    std::vector<Row> rows_;                     // by shard
    std::map<std::string, TimePoint> left_at_;  // by session: a shard, last
    std::size_t sessions_ = 0;
    std::map<std::uint32_t, Belief> beliefs_;  // of shards that several take for theirs
};

}  // namespace simulation
