#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// The access token: where it is kept for others too, and what is done without one.
namespace conduitd {

// A token is stored before the lock is given up.
void Worker::keep_token_cache_lock() {
    const bool is_wanted = helix_.wants_token_cache_lock();
    if (is_wanted == std::exchange(is_token_cache_lock_asked_, is_wanted)) return;
    if (is_wanted) {
        act(LockTokenCache{});
    } else {
        act(UnlockTokenCache{});
    }
}

void Worker::on_token_cache_locked(const std::string& token, TimePoint now) {
    if (state_ == WorkerState::stopped || !is_token_cache_lock_asked_) return;
    helix_.on_cached_token(token, now);
    settle(now);
}

// Refused credentials end the process only before its first claim. Later it reads what it has: a
// bound session needs no token.
void Worker::watch_token(TimePoint now) {
    const bool has_served = has_claimed_ || is_standing_by_;
    if (!has_served || state_ >= WorkerState::offering) return;
    if (helix_.token_state() != TokenState::refused) {
        token_retry_at_ = never;
        if (is_token_refused_ && helix_.token_state() == TokenState::usable) {
            is_token_refused_ = false;
            log_.info("no longer degraded: Twitch takes the credentials again");
            // Nothing could be read meanwhile; a wait for the next try may be a long one.
            if (is_survey_failing_) plan_survey(now);
        }
        return;
    }
    if (token_retry_at_ == never) {
        if (is_planted(Defect::refusal_ends_process)) {
            return finish(ExitCode::credentials_refused, helix_.token_reason());
        }
        is_token_refused_ = true;
        token_retry_at_ = now + options_.token_retry;
        log_.error("degraded: Twitch refuses the credentials; reading on with what is bound",
                   {{"reason", helix_.token_reason()}});
    } else if (token_retry_at_ <= now) {
        token_retry_at_ = now + options_.token_retry;
        if (!std::exchange(is_reading_credentials_, true)) act(ReadCredentials{});
    }
}

void Worker::on_credentials(const std::optional<Credentials>& credentials, TimePoint now) {
    is_reading_credentials_ = false;
    if (state_ >= WorkerState::offering) return;
    helix_.retry_token(credentials, now);
    settle(now);
}

// A fresh session is to be claimed within a few seconds of its welcome: none is dialled whose claim
// would find no token in time. The dial that waits is looked at again each time it would be due.
bool Worker::must_wait_for_token(TimePoint now) {
    if (is_planted(Defect::dialled_without_token)) return false;
    const auto wait = is_token_refused_ ? Duration::max() : helix_.token_wait(now);
    const auto& handover = options_.handover;
    const auto lead = handover.claim_window - handover.claim_attempt_timeout;
    if (wait <= lead) return false;
    if (waiting_dial_at_ == never)
        log_.info("no session is dialled before there is a token to claim it with");
    Link* const bound = find(bound_);
    if (bound != nullptr && !is_to_be_left(*bound)) {
        bound->departure.reset();
        return true;
    }
    redial_at_ = now + std::min(wait - lead, options_.token_retry);
    waiting_dial_at_ = redial_at_;
    return true;
}

// A dial behind a session that no token came for in time need not wait longer than for one.
void Worker::wait_for_token() {
    if (helix_.token_state() != TokenState::usable) waiting_dial_at_ = redial_at_;
}

// Unless there is another reason by now to wait.
void Worker::dial_with_token(TimePoint now) {
    if (waiting_dial_at_ == never || helix_.token_state() != TokenState::usable) return;
    if (redial_at_ == std::exchange(waiting_dial_at_, never)) redial_at_ = redial_.not_before(now);
}

}  // namespace conduitd
