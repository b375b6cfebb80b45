#pragma once

#include "checker.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "twitch.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace simulation {

// Get, Create, Update or Delete Conduits; not of their shards.
[[nodiscard]] bool is_of_conduits(const conduitd::HttpRequest& request);

// The number that such a call sets.
[[nodiscard]] std::uint32_t shard_count_in(std::string_view body);

// Judges what becomes of conduits while workers with `conduit.id: auto` start. It knows the calls
// that take effect at Twitch and what their callers were told. Its rules:
//
//  1. Whoever deletes a conduit has created it, and was told so.
//  2. None is deleted that has ever been used, nor the one with the smallest id.
//  3. A creation that was not answered is followed by a listing, not by another creation.
//  4. A number of shards is sent once for each listing, 250 ms behind its answer at most, and is
//     never smaller than what there is.
//  5. `settled_after` the last start there is one conduit, and every worker serves it; so it is
//     `replaced_after` the deletion of one that was served.
//
//  6. A number of shards is sent by who has a session: what it makes is claimed at once. Excused is
//     who puts another conduit in the place of one that is gone.
//  7. The workers of a host ask for one token (founding.cpp).
//
// The fifth is not asked of runs in which nobody can know whose a conduit is: its creation was not
// answered, or somebody else uses one that lost.
class FoundingJudge {
public:
    static constexpr Duration growth_age_max = std::chrono::milliseconds(250);

    FoundingJudge(const EventQueue& queue, const Twitch& twitch, Checker& checker)
        : queue_(queue), twitch_(twitch), checker_(checker) {}

    // The process sends a call; it is about to take effect; its process is told what came of it.
    void on_sent(ProcessId process, const conduitd::HttpRequest& request);
    void on_effect(ProcessId process, const conduitd::HttpRequest& request);
    void on_done(const conduitd::HttpRequest& request, std::string_view answer);
    void on_told(ProcessId process, const conduitd::HttpRequest& request, std::string_view answer);
    // Before that: it has no session.
    void on_sent_without_session(ProcessId process, const conduitd::HttpRequest& request);
    // It is told nothing.
    void on_unanswered(ProcessId process, const conduitd::HttpRequest& request, bool has_effect);
    // Somebody else binds a session to the conduit.
    void on_used_by_another() { is_tangled_ = true; }

    [[nodiscard]] bool is_tangled() const { return is_tangled_; }
    [[nodiscard]] unsigned creations() const { return creations_; }
    void forget_creations() { creations_ = 0; }

private:
    void judge_deletion(ProcessId process, const std::string& id);
    void judge_growth(const conduitd::HttpRequest& request);

    const EventQueue& queue_;
    const Twitch& twitch_;
    Checker& checker_;
    std::map<std::string, ProcessId> creators_;  // by conduit id: who was told of it
    std::set<ProcessId> uncertain_;              // their creation was not answered
    std::map<ProcessId, TimePoint> listed_at_;   // when they were told of a list last
    unsigned creations_ = 0;                     // that took effect
    bool is_tangled_ = false;
};

}  // namespace simulation
