#pragma once

#include "checker.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "twitch.hpp"

#include <vector>

namespace simulation {

// Judges what workers do to their shard, where a mistake costs messages that Twitch then writes to
// nobody, and so leaves no trace in what consumers see: a worker does not close the session that
// the shard points at, unless it was told to stop. Excused for a while after a claim of its took
// effect and it could not learn that, and after it was suspended.
class Conduct {
public:
    static constexpr Duration excuse_lasts = std::chrono::seconds(120);

    Conduct(EventQueue& queue, Twitch& twitch, Checker& checker)
        : queue_(queue), twitch_(twitch), checker_(checker) {}

    void on_told_to_stop(ProcessId process);
    void on_crashed(ProcessId process);
    void on_suspended(ProcessId process, TimePoint until);
    void on_unanswered_effect(ProcessId process);

    // The worker's close frame is at Twitch, which has not looked at it yet.
    void on_close_frame(const Connection& connection);

    // Is the process not to be judged by what it did since then?
    [[nodiscard]] bool is_excused(ProcessId process, TimePoint since) const;

    // Does the shard of the connection's worker point at its session, which has no successor?
    [[nodiscard]] bool has_shard(const Connection& connection) const;

private:
    struct Record {
        bool is_told_to_stop = false;
        bool has_crashed = false;
        TimePoint suspended_until = TimePoint::min();
        TimePoint excused_until = TimePoint::min();
    };
    Record& record_of(ProcessId process);

    EventQueue& queue_;
    Twitch& twitch_;
    Checker& checker_;
    std::vector<Record> records_;  // by process
};

}  // namespace simulation
