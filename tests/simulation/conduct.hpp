#pragma once

#include "checker.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "twitch.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace simulation {

// Judges what workers do to their shard, where a mistake costs messages that Twitch then writes to
// nobody, and so leaves no trace in what consumers see: a worker does not close the session that
// the shard points at, unless it was told to stop. Excused is one
//
//  * that was told of a claim for another session which it had sent later: the shard came back by a
//    claim that was late;
//  * whose claim for the session was not answered, and that has read it for `patience` since, and
//    has tried meanwhile to claim the shard for another session, or has no token to do so;
//  * that has not been told yet of any claim of its that was accepted;
//  * that reads the session on the connection which Twitch named for it, and closes the one before:
//    the new one may end while the close frame is under way.
//
// And one that gave up a session for the sake of a stop, unread, does not say that it has drained.
class Conduct {
public:
    static constexpr Duration excuse_lasts = std::chrono::seconds(120);
    // A session whose claim may have taken effect is read for so long (worker/options.hpp).
    static constexpr Duration patience = std::chrono::seconds(25);

    Conduct(EventQueue& queue, Twitch& twitch, Checker& checker)
        : queue_(queue), twitch_(twitch), checker_(checker) {}

    void on_told_to_stop(ProcessId process);
    void on_crashed(ProcessId process);
    void on_suspended(ProcessId process, TimePoint until);
    void on_claim_sent(ProcessId process, std::string_view session_id);
    // The claim took effect, and the worker will not be told so, or not in time.
    void on_unanswered_effect(ProcessId process);
    void on_token_trouble(ProcessId process, Duration lasts);
    // It waits for a shard, without one, or does so no more.
    void on_standing_by(ProcessId process, bool is_standing_by);
    void on_claim_accepted(ProcessId process, std::string_view session_id, TimePoint sent_at);

    // The worker's close frame is at Twitch, which has not looked at it yet.
    void on_close_frame(const Connection& connection);

    // The process, told to stop, gives up a session unread, or ends.
    void on_given_up(const Connection& connection);
    void on_drained(ProcessId process);

    // Is the process not to be judged by what it did since then?
    [[nodiscard]] bool is_excused(ProcessId process, TimePoint since) const;

    // What it had then, it had given up before it has it again.
    [[nodiscard]] bool has_stood_by(ProcessId process, TimePoint since) const;

    // Does the shard of the connection's worker point at its session, which has no successor?
    [[nodiscard]] bool has_shard(const Connection& connection) const;

private:
    // The latest one for a session.
    struct Claim {
        std::string session_id;
        TimePoint sent_at;
        TimePoint accepted_sent_at = TimePoint::min();  // the latest that it was told of
    };
    struct Record {
        bool is_told_to_stop = false;
        bool has_crashed = false;
        bool has_given_up = false;  // a session, for the sake of a stop
        TimePoint suspended_until = TimePoint::min();
        TimePoint unaware_until = TimePoint::min();  // of what a claim of its did
        bool is_standing_by = false;
        TimePoint stood_by_at = TimePoint::min();
        TimePoint token_trouble_until = TimePoint::min();
        std::vector<Claim> claims;
    };
    Record& record_of(ProcessId process);
    static Claim& claim_for(Record& record, std::string_view session_id);
    [[nodiscard]] bool may_close(const Record& record, std::string_view session_id) const;

    EventQueue& queue_;
    Twitch& twitch_;
    Checker& checker_;
    std::vector<Record> records_;  // by process
};

}  // namespace simulation
