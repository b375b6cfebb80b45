#pragma once

#include "checker.hpp"
#include "conduct.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "redial_judge.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace simulation {

// Judges how soon workers do something about their shard (the time budget in worker/README.md), for
// a Twitch that has nothing to write at that moment leaves no trace of a delay. A *fresh* session
// is one that was dialled at the base URL after the one in question; it is on its way until it has
// ended, and counts for a while longer, in which the next dial may have to wait. The rules:
//
//  1. Told to move (the latest order counts), a worker has the shard at another session within
//     `plan_b_limit`, or has a fresh one on its way: the old session ends thirty seconds after the
//     order. At once, when the URL that it was given last is refused.
//  2. The URL that it is given on the session that it knows to have the shard is dialled at once,
//     unless a fresh session is on its way, or one that was dialled later is welcomed.
//  3. When that session ends, or has been silent for longer than its keepalive timeout and a
//     second, a fresh one is dialled at once, unless (likewise), or so many were dialled before
//     that they are paced (RedialJudge).
//  4. While plan B is on, or no session has the shard, a fresh session that has come to nothing is
//     followed by the next one within its backoff (worker/redial.hpp), whatever hangs meanwhile.
//  5. Told at the base URL that it is dialled too often (429), while no session has the shard, a
//     worker does not dial there again within `busy_for`, unless a session has the shard meanwhile.
//
//  6. No fresh one is dialled that could not be claimed: while Twitch refuses the credentials. Who
//     needs one dials it within its backoff once there is a token again.
//
// Excused is a worker that was told to stop, that slept, that could not learn of the effect of a
// claim, that was told with 429 to keep off, or that has no token, as far as it was told.
class Promptness {
public:
    static constexpr Duration plan_b_limit = std::chrono::milliseconds(10'500);
    static constexpr Duration at_once = std::chrono::milliseconds(50);
    // Within this before the order a dial of the base URL may have been for the same end.
    static constexpr Duration dial_counts_for = std::chrono::seconds(45);
    // The wait for the next dial: `pause_max` at most. That of plan B, where nothing was dialled
    // for `stable_after` before nor welcomed since, is `pause_min` at most after the first that
    // came to nothing, then twice as much; each is taken double, for dials of which this knows
    // nothing.
    static constexpr Duration pause_min = std::chrono::seconds(1);
    static constexpr Duration pause_max = std::chrono::seconds(30);
    static constexpr Duration stable_after = std::chrono::minutes(1);
    // worker/redial.hpp: at least, and at most.
    static constexpr Duration busy_for = std::chrono::seconds(15);
    static constexpr Duration busy_for_max = std::chrono::seconds(30);
    // Longer than a worker waits for points, or for a host that is busy.
    static constexpr Duration keeps_off_for = std::chrono::seconds(75);

    // `redial_judge` is told what this sees.
    Promptness(EventQueue& queue, const Conduct& conduct, RedialJudge& redial_judge,
               Checker& checker)
        : queue_(queue), conduct_(conduct), redial_judge_(redial_judge), checker_(checker) {}

    // All connections outlive this.
    void on_dial(const Connection& connection);
    void on_welcome_read(const Connection& connection);
    void on_reconnect_read(const Connection& connection, std::string_view frame);
    // The worker is told that what it dialled is refused: by an HTTP status, or with 4007.
    void on_refused(const Connection& connection);
    void on_end(const Connection& connection);
    void on_silence(const Connection& connection);  // of the holder
    void on_over(const Connection& connection);     // whatever it was, and whoever ended it
    // The worker is told that its claim for a session was accepted. Answers whether that is of use
    // to it: not when the session has ended.
    bool on_claim_accepted(ProcessId process, std::string_view session_id);
    // It was answered with 429, by Helix or at a dial.
    void on_kept_off(ProcessId process);
    void on_busy(const Connection& connection);
    // What its token is good for, by what it was told last of a call, a look at the token, or a
    // wish for one, that was sent at `asked_at`.
    enum class Token { served, unknown, refused, none_to_be_had };
    void on_token(ProcessId process, Token token, TimePoint asked_at);
    [[nodiscard]] bool has_token(ProcessId process) const;

    // Does the worker know this session to have the shard, from what it was told?
    [[nodiscard]] bool is_holder(const Connection& connection) const;
    // When another session took over from it; never as long as none has.
    [[nodiscard]] TimePoint held_until(const Connection& connection) const;
    // When its latest holder was given the shard, or confirmed in it.
    [[nodiscard]] TimePoint held_since(ProcessId process) const;
    [[nodiscard]] bool is_kept_off(ProcessId process) const;

private:
    struct Dial {
        const Connection* connection;
        std::string challenge;   // of a reconnect URL; empty: the base URL
        std::string session_id;  // empty until it is welcomed
        TimePoint welcomed_at = conduitd::never;
        TimePoint held_until = conduitd::never;  // once it had the shard
    };
    struct Order {
        const Connection* on = nullptr;
        TimePoint at = TimePoint::min();
        std::string challenge;
        bool is_simple = false;       // none was dialled for long before, nor welcomed since
        unsigned dialed_in_vain = 0;  // fresh ones, since then
    };
    struct Record {
        std::vector<Dial> dials;
        const Connection* holder = nullptr;  // the session that it knows to have the shard
        std::string holder_id;
        TimePoint held_since = TimePoint::min();
        TimePoint held_from = TimePoint::min();  // that session
        Order order;                             // the latest
        TimePoint kept_off_until = TimePoint::min();
        TimePoint busy_until = TimePoint::min();      // the base URL
        TimePoint may_wait_until = TimePoint::min();  // likewise, for whatever
        TimePoint move_ended_at = TimePoint::min();   // of one welcomed at a reconnect URL
        Token token = Token::unknown;
        TimePoint token_bad_at = TimePoint::min();  // the latest such word
        TimePoint refused_at = conduitd::never;     // the credentials
    };
    Record& record_of(ProcessId process);
    void hold(Record& record, const Dial& dial);
    [[nodiscard]] static bool has_fresh(const Record& record, const Connection& old,
                                        TimePoint since);
    // A fresh one, or one dialled later that is welcomed.
    [[nodiscard]] static bool has_other(const Record& record, const Connection& old,
                                        TimePoint since);
    [[nodiscard]] bool is_excused(const Record& record, ProcessId process, TimePoint since) const;
    void check_plan_b(const Connection& old, TimePoint ordered_at, Duration limit);
    void await_fresh(ProcessId process, TimePoint since, Duration pause);
    void check_token(const Record& record, const Connection& connection);
    [[nodiscard]] bool needs_fresh(const Record& record, TimePoint since) const;
    void check_url(const Connection& old, const std::string& challenge, TimePoint ordered_at);
    void expect_fresh(const Connection& old, TimePoint since, std::string_view why);

    EventQueue& queue_;
    const Conduct& conduct_;
    RedialJudge& redial_judge_;
    Checker& checker_;
    std::vector<Record> records_;  // by process
};

}  // namespace simulation
