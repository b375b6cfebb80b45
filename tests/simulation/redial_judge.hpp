#pragma once

#include "allowance.hpp"
#include "checker.hpp"
#include "conduct.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "pause_watch.hpp"

#include <vector>

namespace simulation {

// Judges the pauses between dials. While no session has the shard, and one fresh session after
// another comes to nothing, the pauses before the next ones are those of a backoff. It begins anew
// behind a session that had the shard for `stable_after`, and not behind one that had it for a
// moment: where each session is lost at once, that would be a storm.
//
// The first dial after a loss comes at once as far as an allowance goes, which sessions that had
// the shard for a moment, and were closed, use up ten times as fast; beyond that it waits like
// those after it. One more comes at once at the start of a process and when the lost session had
// been told to move. Passed over are pauses behind a session that may have been given up before its
// end, and whatever happens while a session at a reconnect URL may have the shard. Excused is whom
// Conduct excuses.
class RedialJudge {
public:
    // worker/redial.hpp.
    static constexpr Duration pause_min = std::chrono::milliseconds(500);
    static constexpr Duration pause_max = std::chrono::seconds(30);
    static constexpr Duration stable_after = std::chrono::minutes(1);
    static constexpr Duration allowance = std::chrono::seconds(100);
    // A dial is taken for one at once that comes so soon.
    static constexpr Duration at_once_max = std::chrono::milliseconds(25);
    // Sooner after its welcome no session is given up that goes on.
    static constexpr Duration given_up_after = std::chrono::seconds(1);

    RedialJudge(EventQueue& queue, const Conduct& conduct, Checker& checker)
        : queue_(queue), conduct_(conduct), checker_(checker) {}

    // All connections outlive this. `welcomed_at` may be never.
    void on_dial(const Connection& connection);
    void on_over(const Connection& connection, TimePoint welcomed_at);
    // A session has the shard now, and so the worker was told; another one had it before, that was
    // welcomed at `before`.
    void on_held(ProcessId process, TimePoint before);
    // The session that has it has ended.
    void on_lost(const Connection& connection, Duration held_for, bool was_told_to_move);
    // A session at a reconnect URL is welcomed, and it is not known to have the shard.
    void on_moved(ProcessId process);

    // It was told at the base URL that it dials too often (429), and keeps off so long at least.
    void on_busy(ProcessId process, TimePoint until) { record_of(process).busy_until = until; }

    // May its allowance not be enough for another dial at once, whatever for? One that the judge
    // has not seen, for a session in doubt, may have used up some. Or was it told to keep off?
    [[nodiscard]] bool may_be_short(ProcessId process) const;

private:
    struct Record {
        bool is_seeking = true;                // no session has the shard
        bool is_unclear = false;               // one may have been moved with it
        TimePoint held_at = TimePoint::min();  // the latest word that one has
        TimePoint lost_at = conduitd::never;   // until the next dial
        Duration lost_price{};                 // of that dial
        unsigned at_once = 1;                  // so many more dials
        const Connection* latest = nullptr;    // the fresh one dialled last, while it seeks
        TimePoint vain_at = conduitd::never;   // when that came to nothing
        PauseWatch pauses{pause_min, pause_max};
        TimePoint busy_until = TimePoint::min();  // the base URL
        // What it has spent at least, a dial more than there is at first being of no account, and
        // at most: the worker pays for dials of other kinds as well, and may reckon differently
        // where it knows more.
        Allowance spent_least{allowance + Allowance::price_after_moment};
        Allowance spent_most{allowance};
    };
    Record& record_of(ProcessId process);
    void pay(Record& record);
    void judge(Record& record, const Connection& connection);
    static void begin(Record& record, bool is_seeking);

    EventQueue& queue_;
    const Conduct& conduct_;
    Checker& checker_;
    std::vector<Record> records_;  // by process
};

}  // namespace simulation
