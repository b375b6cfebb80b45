#include "helix/error.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Guests: whatever points at our session and is not ours. Kept for a worker that left, or that
// died, or made just now and not claimed by its owner yet. They are never remembered, always read
// from the listing, and moved along when their session is left.
namespace conduitd {

// What points at a session that this worker has left, and is not its own, was in its care.
void Worker::collect_guests(const Link& bound, const Listing& listing) {
    ShardSet guests;
    kept_ = listing.at(bound.session->id());
    kept_.erase(home_);
    for (const auto& session_id : binding_.own_sessions()) {
        if (session_id != bound.session->id()) guests.insert(listing.at(session_id));
    }
    guests.erase(home_);
    if (guests.empty()) guests_lost_.reset();
    if (guests.empty()) return;
    log_.info("moving guests along", {{"shard", guests.text()}, {"session", bound.session->id()}});
    if (guests_lost_) guests_lost_->shards = guests;
    guests_.insert(guests);
}

// Behind all claims of our own.
void Worker::claim_guests(TimePoint now) {
    const Link* const bound = find(bound_);
    if (bound == nullptr || guests_.empty() || state_ >= WorkerState::stopping) return;
    const Patience patience{.attempt_timeout = options_.handover.claim_attempt_timeout,
                            .attempts_max = 1,
                            .give_up_at = now + options_.handover.claim_window};
    auto batch = guests_.first(shards_per_update_max);
    const auto call = helix_.call(
        make_update_shards(options_.helix.endpoints, conduit_id_, batch, bound->session->id()),
        patience, now);
    claim_ = ClaimUnderWay{call, bound->key, now, std::move(batch), {}, true};
    claimed_at_ = now;
}

// What is not accepted is looked for in the next listing.
void Worker::on_guests_answer(const ClaimUnderWay& claim, const Completion& completion,
                              TimePoint now) {
    guests_.erase(claim.batch);
    const Link* const link = find(claim.key);
    if (link == nullptr) return;
    const auto verdict = judge_claim(completion, claim.batch, link->session->id());
    kept_.insert(verdict.bound);
    if (!verdict.bound.empty()) {
        log_.info("guests moved along",
                  {{"shard", verdict.bound.text()}, {"session", link->session->id()}});
    }
    if (verdict.bound != claim.batch) {
        log_.warn("guests could not be moved along", {{"reason", verdict.reason}});
        plan_survey(std::max(now + survey_backoff_.next(random_), verdict.points_at));
    } else if (guests_.empty() && guests_lost_) {
        guests_lost_->until = now;
        report_gap(*guests_lost_, now);
        guests_lost_.reset();
    }
}

// Some of the shards that this worker made, to be claimed along with its own.
ShardSet Worker::take_fresh(std::size_t count_max) {
    auto fresh = fresh_shards_.first(count_max);
    fresh_shards_.erase(fresh);
    return fresh;
}

// They are not ours: an entry that is refused is left to its owner. A call that fails for all is
// made again with them, but for one that is refused: that may be their fault.
void Worker::on_fresh_answered(const ClaimUnderWay& claim, const Completion& completion,
                               ClaimVerdict& verdict) {
    if (claim.fresh.empty()) return;
    if (completion.answer) {
        const auto fresh = judge_claim(completion, claim.fresh, find(claim.key)->session->id());
        log_.info("made shards bound until their owners come",
                  {{"shard", fresh.bound.text()}, {"refused", fresh.reason}});
    } else if (completion.answer.error() == HelixError::invalid_request) {
        log_.warn("made shards cannot be bound",
                  {{"shard", claim.fresh.text()}, {"reason", completion.reason}});
        verdict.is_repeatable = true;
    } else {
        fresh_shards_.insert(claim.fresh);
    }
}

}  // namespace conduitd
