#include "worker/takeover_newcomer.hpp"

namespace conduitd {

void TakeoverNewcomer::enter(State state, TimePoint deadline, NewcomerAction action) {
    state_ = state;
    deadline_ = deadline;
    actions_.push_back(action);
}

void TakeoverNewcomer::fail(std::string_view why) {
    if (state_ >= State::done) return;
    reason_ = why;
    enter(State::failed, never, NewcomerAction::fail);
}

void TakeoverNewcomer::on_accepted(TimePoint now) {
    if (state_ != State::asking) return fail("the holder accepted out of turn");
    enter(State::starting, now + limits_.welcome_max, NewcomerAction::start_worker);
}

void TakeoverNewcomer::on_ready_to_claim(TimePoint now) {
    if (state_ != State::starting) return;
    enter(State::welcomed, now + 2 * limits_.rest_max, NewcomerAction::say_welcomed);
}

void TakeoverNewcomer::on_go(TimePoint now) {
    if (state_ != State::welcomed) return fail("the holder said go out of turn");
    enter(State::claiming, now + limits_.claim_max, NewcomerAction::claim);
}

void TakeoverNewcomer::on_all_claimed(TimePoint now) {
    if (state_ != State::claiming) return;
    enter(State::claimed, now + limits_.quiet_max + limits_.release_max,
          NewcomerAction::say_claimed);
}

void TakeoverNewcomer::on_released(TimePoint now) {
    if (state_ != State::claimed) return fail("the holder released the lock out of turn");
    enter(State::locking, now + limits_.lock_max, NewcomerAction::take_lock);
}

// Where it has died its lock is free, and nobody else serves what is claimed.
void TakeoverNewcomer::on_holder_gone(std::string_view why, TimePoint now) {
    if (state_ == State::claiming || state_ == State::claimed) {
        reason_ = why;
        enter(State::locking, now + limits_.lock_max, NewcomerAction::take_lock);
    } else if (state_ < State::locking) {
        fail(why);
    }
}

void TakeoverNewcomer::on_locked(TimePoint) {
    if (state_ == State::locking) enter(State::done, never, NewcomerAction::say_locked);
}

void TakeoverNewcomer::on_lock_refused(TimePoint) {
    if (state_ != State::locking) return;
    const auto why = reason_;
    fail(why.empty() ? "another process has the spool's lock" : why);
}

void TakeoverNewcomer::on_stopped(std::string_view why, TimePoint) {
    fail(why);
}

void TakeoverNewcomer::on_deadline(TimePoint now) {
    if (deadline_ > now) return;
    fail(state_ == State::asking     ? "the holder does not answer"
         : state_ == State::starting ? "no session could be had in time"
         : state_ == State::welcomed ? "the holder does not come to rest"
         : state_ == State::claiming ? "the shards could not be claimed in time"
                                     : "the holder does not give up the spool");
}

std::optional<NewcomerAction> TakeoverNewcomer::next_action() {
    if (actions_.empty()) return std::nullopt;
    const auto action = actions_.front();
    actions_.pop_front();
    return action;
}

}  // namespace conduitd
