#pragma once

#include "base/time.hpp"
#include "worker/takeover.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// What the holder's process is to do, in this order.
enum class HolderAction {
    offer,       // Worker::offer()
    say_go,      //
    mark_taken,  // Worker::on_offer_taken()
    release,     // end the sinks, close the spool, give up its lock, say so
    retake,      // the lock, the spool and the sinks again; on_retaken() follows
    take_back,   // Worker::take_back() with lost_since(), and append the side segment
    leave,       // Worker::leave_offered(); what comes goes to the newcomer
    hang_up,     // end the connection, with reason()
};

// The side of a take-over that has everything, without I/O: `takeover.hpp` has the whole.
//
//   state    | asked | welcomed | at rest | claimed  | quiet    | locked  | too late | stop
//   ---------+-------+----------+---------+----------+----------+---------+----------+-----
//   idle     | asked |          |         |          |          |         |          |
//   asked    |       | welcomed |         |          |          |         | idle     | idle
//   welcomed |       |          | offered |          |          |         | idle     | idle
//   offered  |       |          |         | draining |          |         | idle (a) | idle (a)
//   draining |       |          |         |          | released |         | (a) (1)  | idle (a)
//   released |       |          |         |          |          | leaving | (a) (2)  |
//   leaving  |       |          |         |          |          |         |          |
//
//   Too late: the newcomer is gone, or a time is up.
//   (a) idle; takes back what the newcomer may have claimed.
//   (1) gone only: quiet_max later it is released whatever still comes.
//   (2) once lock, spool and sinks are had again; leaving, where that is not so within retake_max,
//   or where the newcomer says meanwhile that it has the lock.
//
// A session of the holder's that ends, or is told to move, before the newcomer has claimed is
// followed up: it takes back.
class TakeoverHolder {
public:
    enum class State { idle, asked, welcomed, offered, draining, released, leaving };

    explicit TakeoverHolder(TakeoverLimits limits = {}) : limits_(limits) {}

    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] bool is_idle() const { return state_ == State::idle; }

    void on_asked(TimePoint now);  // precondition: idle
    void on_welcomed(TimePoint now);
    void on_claimed(TimePoint now);
    void on_locked(TimePoint now);
    void on_gone(std::string_view why, TimePoint now);
    // Precondition: not leaving, nor released: then it is too late to stay.
    void on_stop(TimePoint now);
    [[nodiscard]] bool may_stop() const { return state_ < State::released; }
    // Answers HolderAction::retake; which comes again where that is not so, for retake_max.
    void on_retaken(bool is_ours, TimePoint now);

    // How the worker is: to be told after whatever happens to it.
    struct View {
        bool may_offer = false;
        bool is_in_doubt = false;
        TimePoint last_data_at{};
    };
    void look(const View& view, TimePoint now);

    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    // A deadline has come; look() as well.
    void on_deadline(TimePoint now);

    [[nodiscard]] std::optional<HolderAction> next_action();
    // Of hang_up, for people.
    [[nodiscard]] const std::string& reason() const { return reason_; }
    // Of take_back: what the newcomer may have been sent.
    [[nodiscard]] std::optional<TimePoint> lost_since() const { return lost_since_; }

private:
    void enter(State state, TimePoint deadline);
    void give_up(std::string_view why, TimePoint now);

    TakeoverLimits limits_;
    State state_ = State::idle;
    TimePoint deadline_ = never;
    TimePoint claimed_at_{};
    std::optional<TimePoint> lost_since_;
    TimePoint retake_by_ = never;  // of a released holder that is to go on
    std::string reason_;
    std::deque<HolderAction> actions_;
};

}  // namespace conduitd
