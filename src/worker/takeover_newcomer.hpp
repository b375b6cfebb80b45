#pragma once

#include "base/time.hpp"
#include "worker/takeover.hpp"

#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// What the newcomer's process is to do, in this order.
enum class NewcomerAction {
    start_worker,  // open the side segment; start the worker with what it is to take over
    say_welcomed,  //
    claim,         // Worker::on_holder_ready()
    say_claimed,   //
    take_lock,     // on_locked() or on_lock_refused() follows
    say_locked,    //
    fail,          // end the process, with reason(): the holder goes on
};

// The side of a take-over that is to have everything, without I/O: `takeover.hpp` has the whole.
//
//   state    | accepted | ready to claim | go       | all claimed | released | the holder is gone
//   ---------+----------+----------------+----------+-------------+----------+-------------------
//   asking   | starting |                |          |             |          | failed
//   starting |          | welcomed       |          |             |          | failed
//   welcomed |          |                | claiming |             |          | failed
//   claiming |          |                |          | claimed     |          | locking
//   claimed  |          |                |          |             | locking  | locking
//   locking  | with the lock: done; without: failed
//
// A time that is up fails it everywhere but when it is done.
class TakeoverNewcomer {
public:
    enum class State { asking, starting, welcomed, claiming, claimed, locking, done, failed };

    explicit TakeoverNewcomer(TimePoint now, TakeoverLimits limits = {})
        : limits_(limits), deadline_(now + limits.rest_max) {}

    [[nodiscard]] State state() const { return state_; }

    void on_accepted(TimePoint now);
    // The worker asks for the holder to stand still, or has nothing to claim.
    void on_ready_to_claim(TimePoint now);
    void on_go(TimePoint now);
    void on_all_claimed(TimePoint now);
    void on_released(TimePoint now);
    // The connection has ended: the holder has died, has refused, or has changed its mind.
    void on_holder_gone(std::string_view why, TimePoint now);
    void on_locked(TimePoint now);
    void on_lock_refused(TimePoint now);
    // The worker has come to an end, or the process is told to stop.
    void on_stopped(std::string_view why, TimePoint now);

    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    void on_deadline(TimePoint now);

    [[nodiscard]] std::optional<NewcomerAction> next_action();
    [[nodiscard]] const std::string& reason() const { return reason_; }

private:
    void enter(State state, TimePoint deadline, NewcomerAction action);
    void fail(std::string_view why);

    TakeoverLimits limits_;
    State state_ = State::asking;
    TimePoint deadline_;
    std::string reason_;
    std::deque<NewcomerAction> actions_;
};

}  // namespace conduitd
