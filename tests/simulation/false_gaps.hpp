#pragma once

#include "base/time.hpp"
#include "connection.hpp"
#include "worker/gap.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

using conduitd::Duration;
using conduitd::TimePoint;

// Judges the gaps that workers tell: a consumer that is told of one goes and asks Twitch for what
// it may have missed. It knows when a shard was well served. Its rules:
//
//  1. A gap begins after its process, unless it is about the end of the one before or of somebody
//     else's session, and ends after it has begun.
//  2. A gap of a session (closed, cut or silent) does not begin before the last frame that was read
//     on the session that had the shard, over a connection that nothing was wrong with: whatever
//     Twitch had written before had been read. Excused is a worker that has had reason to doubt
//     where its shard is: a claim was not answered as it should be, or behind the end of a session;
//     a session was lost before its welcome; somebody else was given the shard; a listing said that
//     it has no session. The doubt ends when the shard has been read back after the next claim that
//     is answered without trouble, and so long after the latest one that what was sent before must
//     have arrived.
//     A gap that is told when a session ends is about that session, and compared with no other.
//  3. Nothing is told twice: no gap lies within an earlier one with the same reason and all of its
//     shards.
//  4. Nothing is told of a session that Twitch moved to another connection, when it had the shard,
//     was read to its close frame on the one and is welcomed on the other. Excused as in 2.
//  5. Where a session was dialled at a reconnect URL and lost before its welcome, no gap begins
//     with the dial when the session that was told to move there had the shard and a message of it
//     was read later, over a connection that nothing was wrong with, or when another one was
//     welcomed at the URL, which serves once. Passed over are gaps that may be of another session
//     that has ended since: it may have brought the order and nothing after it.
//  6. Nothing is told because of claims that were not answered where each was: refused, or accepted
//     while its session went on.
class FalseGaps {
public:
    // A listing is a proof that is asked for so long after the claims (worker/look_plan.hpp).
    static constexpr Duration settle = std::chrono::seconds(3);

    void on_start(ProcessId process, TimePoint now);
    // The process reads an order to move the connection's session to the URL with this challenge.
    void on_order(const Connection& connection, const std::string& challenge);
    void on_dial(const Connection& connection);
    void on_claim_sent(ProcessId process, TimePoint now);
    void on_claim_effect(ProcessId process, TimePoint now);
    struct ClaimEnd {
        TimePoint sent_at;
        bool is_clean;    // answered, undisturbed, with what it asked for
        bool is_refused;  // the answer says that it has had no effect
        bool is_of_stop;  // its process has been told to stop, and passes the answer over
    };
    void on_claim_over(ProcessId process, const ClaimEnd& end, TimePoint now);
    // It has read where its shard is, of a listing that was asked for at `sent_at`.
    void on_read_back(ProcessId process, TimePoint sent_at, TimePoint now);
    // Would on_read_back() change anything?
    [[nodiscard]] bool waits_for_read_back(ProcessId process) const {
        return process < records_.size() && records_[process].reclaimed_at != conduitd::never;
    }
    // The process reads a welcome: from here on the shard may be with another session.
    void on_welcome(const Connection& connection, TimePoint now);
    // What the process is about to be told.
    void on_session_end(const Connection& connection, const conduitd::SessionEnd& end,
                        TimePoint now);
    void on_doubt(ProcessId process);

    // Is another proof worth its while? One every few seconds is enough to judge by, and none while
    // a claim is on its way: the worker cannot know when it takes effect.
    [[nodiscard]] bool wants_proof(const Connection& connection, TimePoint now) const;
    // The process reads a frame on the session that has its shard, and nothing is wrong.
    void on_proof(const Connection& connection, TimePoint now);

    // Has the process dialled a reconnect URL lately? If so: it reads a message on a session that
    // has its shard, and nothing is wrong.
    [[nodiscard]] bool is_moving(ProcessId process) const;
    void on_unmoved(const Connection& connection, TimePoint now);

    // A gap that is told now, while the process learns of the end of `ending`. Answers what is
    // wrong with it, in words.
    [[nodiscard]] std::optional<std::string> judge(ProcessId process, const conduitd::Gap& gap,
                                                   std::optional<SessionKey> ending, TimePoint now);

private:
    static constexpr Duration proof_period = std::chrono::seconds(2);
    static constexpr std::size_t moves_kept = 32;

    // The shard was well served by one connection, from when it was claimed for it, or was first
    // seen there, until the last frame read.
    struct Service {
        SessionKey session;
        TimePoint from;
        TimePoint proof_at;
    };
    struct Told {
        conduitd::GapReason reason;
        TimePoint since;
        TimePoint until;
        conduitd::ShardSet shards;
    };
    // A session that had the shard, and whose close frame was read.
    struct Closed {
        std::string session_id;
        TimePoint at;
    };
    // A dial of a reconnect URL.
    struct Move {
        const Connection* connection;
        std::string moved_id;    // of the session that was told to move there
        bool is_served = false;  // another one was welcomed at that URL
        TimePoint unmoved_at = TimePoint::min();
    };
    struct Record {
        TimePoint started_at = TimePoint::min();
        TimePoint last_claim_at{};  // sent, or over
        TimePoint claimed_at = TimePoint::min();
        TimePoint doubted_until = TimePoint::min();      // never: now
        TimePoint reclaimed_at = conduitd::never;        // well, and not read back since
        TimePoint ended_at = TimePoint::min();           // a session of it
        TimePoint read_one_ended_at = TimePoint::min();  // likewise, one that was welcomed
        unsigned open_claims = 0;
        bool has_loose_claim = false;  // had one, not refused, of which it cannot know the effect
        bool goes_on = false;          // the latest service
        std::vector<Service> services;
        std::vector<Told> told;
        std::map<std::string, std::string> ordered;  // session ids, by the challenges of their URLs
        std::vector<Move> moves;
        std::optional<Closed> closed;                // the latest
        TimePoint carried_on_at = TimePoint::min();  // that one, by another connection
    };
    Record& record_of(ProcessId process);
    [[nodiscard]] static bool begins_with_unserved_dial(const Record& record, const Told& told,
                                                        std::optional<SessionKey> ending);
    [[nodiscard]] static bool continues(const Record& record, const Connection& connection);

    std::vector<Record> records_;  // by process
};

}  // namespace simulation
