#include "worker/takeover_holder.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

void TakeoverHolder::enter(State state, TimePoint deadline) {
    state_ = state;
    deadline_ = deadline;
}

void TakeoverHolder::on_asked(TimePoint now) {
    lost_since_.reset();
    retake_by_ = never;
    reason_.clear();
    enter(State::asked, now + limits_.welcome_max);
}

void TakeoverHolder::on_welcomed(TimePoint now) {
    if (state_ != State::asked) return give_up("it said that it is welcomed out of turn", now);
    enter(State::welcomed, now + limits_.rest_max);
}

void TakeoverHolder::on_claimed(TimePoint now) {
    if (state_ != State::offered) return give_up("it said that it has claimed out of turn", now);
    claimed_at_ = now;
    actions_.push_back(HolderAction::mark_taken);
    enter(State::draining, now + limits_.quiet);
}

void TakeoverHolder::on_locked(TimePoint now) {
    if (state_ != State::released) return give_up("it said that it has the lock out of turn", now);
    actions_.push_back(HolderAction::leave);
    enter(State::leaving, never);
}

void TakeoverHolder::on_gone(std::string_view why, TimePoint now) {
    give_up(why, now);
}

void TakeoverHolder::on_stop(TimePoint now) {
    give_up("the holder is told to stop", now);
}

// Whatever it has claimed since the word to do so may still be pointed at a session of its own.
void TakeoverHolder::give_up(std::string_view why, TimePoint now) {
    if (state_ == State::idle || state_ == State::leaving) return;
    if (state_ == State::released) {
        if (retake_by_ != never) return;
        reason_ = why;
        retake_by_ = now + limits_.retake_max;
        deadline_ = never;
        actions_.push_back(HolderAction::retake);
        return;
    }
    reason_ = why;
    actions_.push_back(HolderAction::hang_up);
    if (state_ >= State::offered) actions_.push_back(HolderAction::take_back);
    enter(State::idle, never);
}

void TakeoverHolder::on_retaken(bool is_ours, TimePoint now) {
    if (is_ours) {
        actions_.push_back(HolderAction::hang_up);
        actions_.push_back(HolderAction::take_back);
        enter(State::idle, never);
    } else if (now < retake_by_) {
        deadline_ = now + limits_.retake_retry;
    } else {
        actions_.push_back(HolderAction::leave);
        enter(State::leaving, never);
    }
}

void TakeoverHolder::look(const View& view, TimePoint now) {
    if (state_ == State::welcomed && view.may_offer) {
        lost_since_ = now;
        actions_.push_back(HolderAction::offer);
        actions_.push_back(HolderAction::say_go);
        enter(State::offered, now + limits_.claim_max);
    } else if (state_ == State::offered && view.is_in_doubt) {
        give_up("the holder's session is to be replaced first", now);
    } else if (state_ == State::draining) {
        const auto quiet_at = std::max(claimed_at_, view.last_data_at) + limits_.quiet;
        deadline_ = std::min(quiet_at, claimed_at_ + limits_.quiet_max);
        if (deadline_ > now) return;
        actions_.push_back(HolderAction::release);
        enter(State::released, now + limits_.release_max + limits_.lock_max);
    }
}

void TakeoverHolder::on_deadline(TimePoint now) {
    if (deadline_ > now) return;
    switch (state_) {
        case State::asked:
            return give_up("it has no session in time", now);
        case State::welcomed:
            return give_up("the holder's shards are being moved", now);
        case State::offered:
            return give_up("it has not claimed in time", now);
        case State::released:
            if (retake_by_ == never) return give_up("it has not taken the lock in time", now);
            deadline_ = never;
            return actions_.push_back(HolderAction::retake);
        case State::idle:
        case State::draining:  // look() ends it
        case State::leaving:
            return;
    }
}

std::optional<HolderAction> TakeoverHolder::next_action() {
    if (actions_.empty()) return std::nullopt;
    const auto action = actions_.front();
    actions_.pop_front();
    return action;
}

}  // namespace conduitd
