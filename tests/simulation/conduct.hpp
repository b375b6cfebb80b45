#pragma once

#include "base/url.hpp"
#include "checker.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "twitch.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace simulation {

// Judges what workers do to their shard, where a mistake costs messages that Twitch then writes to
// nobody, and so leaves no trace in what consumers see:
//
//  1. A worker does not close the session that the shard points at, unless it was told to stop.
//     Excused for a while after a claim of its took effect and it could not learn that, and after
//     it was suspended.
//  2. Told to move (the latest order counts), it has the shard at another session within
//     `plan_b_limit`, or has dialled the base URL: the old session ends thirty seconds after the
//     order. At once, when the URL that it was given last is refused.
class Conduct {
public:
    static constexpr Duration plan_b_limit = std::chrono::milliseconds(10'500);
    static constexpr Duration refusal_limit = std::chrono::milliseconds(50);
    // Within this before the order a dial of the base URL may have been for the same end.
    static constexpr Duration dial_counts_for = std::chrono::seconds(45);
    static constexpr Duration excuse_lasts = std::chrono::seconds(120);

    Conduct(EventQueue& queue, Twitch& twitch, Checker& checker)
        : queue_(queue), twitch_(twitch), checker_(checker) {}

    void on_dial(ProcessId process, conduitd::SessionKey key, const conduitd::Url& url);
    // The worker is told that what it dialled is refused: by an HTTP status, or with 4007.
    void on_refused(const Connection& connection);
    void on_told_to_stop(ProcessId process);
    void on_suspended(ProcessId process, TimePoint until);
    void on_unanswered_effect(ProcessId process);

    // The worker's close frame is at Twitch, which has not looked at it yet.
    void on_close_frame(const Connection& connection);
    // The worker was given an order to move. `connection` outlives this.
    void on_reconnect_read(const Connection& connection);

    // Does the shard of the connection's worker point at its session, which has no successor?
    [[nodiscard]] bool has_shard(const Connection& connection) const;

private:
    struct Record {
        bool is_told_to_stop = false;
        TimePoint dialed_base_at = TimePoint::min();
        TimePoint suspended_until = TimePoint::min();
        TimePoint excused_until = TimePoint::min();
        TimePoint ordered_at = TimePoint::min();  // the latest order
        const Connection* ordered_on = nullptr;
        std::optional<conduitd::SessionKey> moving_to;  // the latest dial of a reconnect URL
    };
    Record& record_of(ProcessId process);
    void check_plan_b(const Connection& connection, TimePoint ordered_at, Duration limit);

    EventQueue& queue_;
    Twitch& twitch_;
    Checker& checker_;
    std::vector<Record> records_;  // by process
};

}  // namespace simulation
