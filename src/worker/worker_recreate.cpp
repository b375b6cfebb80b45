#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// A conduit that goes while it is served, where `auto` may serve another one in its place: it is
// looked for, or made, as at the start, and its shards are claimed as at the start. Whoever comes
// first makes it, and the others find it. What was known of the one before is forgotten; its
// sessions are left, and read until they are quiet.
namespace conduitd {

bool Worker::may_recreate() const {
    const auto& wish = options_.conduit;
    return wish.may_recreate && wish.id.empty() && state_ < WorkerState::offering;
}

void Worker::on_conduit_missing(TimePoint now) {
    const bool is_new = !missing_conduit_.is_missing();
    missing_conduit_.on_not_listed(now);
    if (missing_conduit_.is_gone()) return recreate(now);
    if (is_new) {
        is_claim_refused_ = true;
        log_.error("degraded: the conduit is not listed any more; if that lasts, another is served",
                   {{"conduit", conduit_id_}});
    }
    if (std::exchange(is_parked_unread_, false)) resume_claims(now);
    plan_survey(now + options_.missing_conduit.look_period);
}

// What is bound may be read on, for all that is known.
void Worker::on_conduit_unlisted(TimePoint now) {
    if (state_ >= WorkerState::offering || missing_conduit_.is_missing()) return;
    missing_conduit_.on_not_listed(now);
    is_claim_refused_ = true;
    log_.error("degraded: the conduit is not listed any more", {{"conduit", conduit_id_}});
}

// Twitch lists it, or has brought a message of it.
void Worker::on_conduit_proof() {
    if (!missing_conduit_.on_proof()) return;
    is_claim_refused_ = false;
    log_.info("the conduit is there after all", {{"conduit", conduit_id_}});
}

// Until a shard of the other one is ours, nothing is known of what there was.
void Worker::recreate(TimePoint now) {
    log_.error("the conduit is gone: another one is looked for, or made",
               {{"conduit", conduit_id_}});
    if (!is_standing_by_) gone_gap_ = Gap{GapReason::unserved, take_last_proof(), {}, home_};
    leave_all(now);
    forget_conduit(now);
    is_recreating_ = true;
    search_began_at_ = now;
    search(now);
}

// That messages came. What was to be told of the time since is told with the gap behind it.
TimePoint Worker::take_last_proof() {
    auto at = std::max(binding_.proven_at(), listed_at_);
    for (const auto& [key, link] : links_) {
        if (link.bound_at != TimePoint{}) at = std::max(at, link.data_proof_at);
    }
    if (lost_ && lost_->has_gap) at = std::min(at, lost_->gap.since);
    if (unserved_since_) at = std::min(at, *unserved_since_);
    if (const auto doubt = binding_.take_doubt()) at = std::min(at, doubt->since);
    lost_.reset();
    guests_lost_.reset();
    return at;
}

void Worker::forget_conduit(TimePoint now) {
    forget_before();
    options_.conduit_before.clear();
    options_.was_parked = is_parked_unread_ = false;
    if (claim_) helix_.cancel(claim_->call);
    claim_.reset();
    stragglers_.clear();
    if (look_) helix_.cancel(look_->call);
    look_.reset();
    end_growth();
    subscriptions_.reset();
    subscriptions_at_ = never;
    is_subscription_doubtful_ = false;
    binding_ = Binding();
    binding_.start(now);
    home_ = never_had_ = kept_ = carried_ = yielded_unlisted_ = counted_back_ =
        claimed_once_more_ = {};
    home_page_.clear();
    held_by_.clear();
    yielded_to_.clear();
    yielded_.clear();
    given_up_.reset();
    served_at_.reset();
    never_bound_ = {};
    claims_back_ = 0;
    is_told_full_ = is_superseded_ = false;
    lost_dials_.clear();
    astray_at_.clear();
    for (auto& entry : links_) entry.second.may_be_bound = entry.second.may_have_guests = false;
}

// It is claimed as at the start: by who is configured for a shard, whoever has it.
void Worker::on_recreated(TimePoint now) {
    is_recreating_ = false;
    is_another_conduit_ = true;
    is_claim_refused_ = false;
    (void)missing_conduit_.on_proof();
    if (is_auto()) return plan_survey(now);
    is_standing_by_ = false;
    home_ = options_.conduit.shards;
    dial_fresh("the conduit is another one", now);
}

// What ends a process at its start is waited for here: whether the conduit is there again, and what
// there is in its place, is looked for without end.
void Worker::on_nothing_to_serve(const CannotServe& no, TimePoint now) {
    is_recreating_ = false;
    is_claim_refused_ = true;
    log_.error("degraded: no other conduit can be served", {{"reason", no.why}});
    plan_survey(now + options_.home.survey_retry_max);
}

}  // namespace conduitd
