#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <utility>

// The end: sessions are closed and read out, unless they are left to another worker first
// (worker_parking.cpp); then the process may go.
namespace conduitd {

void Worker::stop(TimePoint now) {
    if (state_ == WorkerState::stopped) return;
    if (state_ == WorkerState::offering) take_back({}, now);
    const bool is_second = state_ == WorkerState::stopping;
    const bool parks = !is_second && may_park();
    if (parking_) tell_unanswered(*parking_, now);
    parking_.reset();
    log_.info(is_second ? "stopping now" : "draining", {{"sessions", links_.size()}});
    state_ = WorkerState::stopping;
    stop_by_ = now + options_.stop_limit;
    const bool may_not_park = !is_second && !parks && has_claimed_ && !home_.empty();
    if (may_not_park && !options_.home.parks) {
        log_.info("the shard is left without a session until somebody comes for it",
                  {{"shard", home_.text()}, {"reason", "drain.park is never"}});
    }
    if (!is_second) collect_untold();
    if (!parks) tell_untold(now);
    begin_at_ = token_retry_at_ = never;
    begin_standing_still();
    move_.reset();
    for (auto& [key, link] : links_) {
        link.wants_claim = false;
        // Twitch may have the session moved to a reconnect URL before we know that it is open: it
        // is closed, and read, once it is.
        const bool may_carry_messages = link.is_open() || link.origin == LinkOrigin::reconnect;
        if (!may_carry_messages) {
            abort(link);
        } else if (link.is_open() && !parks) {
            close(link);
        }
    }
    if (parks) return begin_parking(now);
    if (is_second) cut_short();
    finish_when_empty();
}

// Nothing is begun any more that asks Helix, or dials.
void Worker::begin_standing_still() {
    redial_at_ = subscriptions_at_ = never;
    forget_looks();
    search_.cancel();
    is_recreating_ = false;
    growth_.reset();
    keep_host_lock();
    look_plan_.clear();
    if (look_) helix_.cancel(look_->call);
    look_.reset();
    if (subscriptions_) helix_.cancel(subscriptions_->call);
    subscriptions_.reset();
}

void Worker::finish(ExitCode code, std::string why) {
    if (state_ == WorkerState::stopped) return;
    for (auto& [key, link] : links_) {
        release(link);
        act(AbortSession{key});
    }
    links_.clear();
    bound_.reset();
    successor_.reset();
    state_ = WorkerState::stopped;
    act(Stop{code, std::move(why)});
}

// The stop may take no longer: what is still open is given up.
void Worker::cut_short() {
    for (auto& [key, link] : links_) {
        is_cut_short_ = is_cut_short_ || link.is_open();
        abort(link);
    }
}

void Worker::finish_when_empty() {
    if (!links_.empty() || parking_) return;
    if (is_cut_short_ && !is_planted(Defect::cut_stop_as_drained)) {
        finish(ExitCode::try_again_later,
               "the sessions were not read to their ends in time; messages may be lost");
    } else {
        finish(leave_code_, leave_reason_);
    }
}

}  // namespace conduitd
