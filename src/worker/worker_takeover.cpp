#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Between two processes: the one that has the shards offers them and stands still, the other one
// claims them for a session of its own. What is read until both agree that it has them is the first
// one's, as is what Twitch had written before.
namespace conduitd {

// Nothing is under way that would claim them in between, or that is to be told.
bool Worker::may_offer() const {
    if (claim_ || growth_ || is_recreating_ || !stragglers_.empty() || is_doubtful()) return false;
    if (state_ == WorkerState::standby) return !successor_;
    if (state_ != WorkerState::holding || !guests_.empty()) return false;
    const Link* const bound = find(*bound_);
    return !bound->wants_claim && !is_to_be_left(*bound);
}

void Worker::offer(TimePoint now) {
    begin_standing_still();
    state_ = WorkerState::offering;
    offer_.emplace();
    served_ = home_;
    log_.info("another process is to take over", {{"shard", home_.text()}});
    settle(now);
}

bool Worker::is_offer_in_doubt() const {
    const Link* const bound = bound_ ? find(*bound_) : nullptr;
    return offer_ && (offer_->is_in_doubt() || (bound != nullptr && bound->is_silent));
}

TimePoint Worker::last_data_at() const {
    auto at = TimePoint::min();
    for (const auto& [key, link] : links_) at = std::max(at, link.last_data_at);
    return at;
}

void Worker::note_order(const Link& link, std::string_view url) {
    if (bound_ == link.key) offer_->order = Offer::Order{link.key, std::string(url)};
}

// What it had not brought until the other process had the shards cannot be had again.
void Worker::on_end_while_offering(Link link, const SessionEnd& end, TimePoint now) {
    if (parked_at_) {
        on_end_while_stopping(link, end, now);
    } else {
        offer_->ended = Offer::Ended{std::move(link), end, now};
    }
}

void Worker::on_offer_taken(TimePoint now) {
    parked_at_ = now;
    if (!offer_->ended) return;
    const auto ended = *std::exchange(offer_->ended, std::nullopt);
    const auto since = last_proof(ended.link, ended.end, ended.at);
    report_gap({ended.end.was_cut ? GapReason::session_cut : GapReason::session_closed, since, now,
                served_},
               now);
}

void Worker::leave_offered(TimePoint now) {
    state_ = WorkerState::stopping;
    offer_->left_at = now;
    stop_by_ = now + options_.stop_limit;
    finish_when_empty();
}

// The sessions are read until they have been quiet, as at a stop that parks.
TimePoint Worker::offer_deadline() const {
    if (!offer_ || offer_->left_at == never) return never;
    const auto quiet_at =
        std::max(offer_->left_at, last_data_at()) + options_.handover.linger_quiet;
    return std::min(quiet_at, stop_by_ - options_.home.park_close_time);
}

void Worker::on_offer_deadline() {
    offer_.reset();
    for (auto& [key, link] : links_) {
        if (link.is_open()) {
            close(link);
        } else {
            abort(link);
        }
    }
    finish_when_empty();
}

void Worker::take_back(std::optional<TimePoint> lost_since, TimePoint now) {
    const auto offer = *std::exchange(offer_, std::nullopt);
    const bool was_taken = std::exchange(parked_at_, std::nullopt).has_value();
    state_ = is_standing_by_ ? WorkerState::standby
             : bound_        ? WorkerState::holding
                             : WorkerState::seeking;
    log_.warn("the other process did not take over: going on as before", {{"shard", home_.text()}});
    if (lost_since) binding_.doubt(GapReason::process_died, *lost_since);
    if (offer.ended) {
        on_bound_ended(offer.ended->link, offer.ended->end, now);
    } else if (Link* const bound = find(bound_)) {
        if (lost_since) {
            claim_check_.pass(now);  // the other process may have it: that is why
            want_claim(*bound, now);
            guests_ = kept_;
        }
        if (offer.order) on_reconnect_order(*bound, offer.order->url, now);
        if (bound->is_silent) replace(*bound, HandoverCause::doubt, "silence", now);
    } else if (!is_standing_by_ && was_taken) {
        redial_at_ = now;  // it ended while the other one had the shards
    }
    plan_survey(now + options_.look.settle_min);
    plan_subscription_check(now);
    if (bound_) look_plan_.after_claim(now, random_);
    settle(now);
    start_claims(now);
    settle(now);
}

bool Worker::must_ask_holder(TimePoint now) {
    if (!options_.take_over || is_holder_ready_) return false;
    bool is_wanted = false;
    for (auto& [key, link] : links_) {
        if (!link.wants_claim || link.claim_at > now) continue;
        link.claim_at = never;  // on_holder_ready() follows
        is_wanted = true;
    }
    if (is_wanted && !std::exchange(is_holder_asked_, true)) act(AskHolder{});
    return true;
}

void Worker::on_holder_ready(TakenOver what, TimePoint now) {
    is_holder_ready_ = true;
    if (!choice_) home_ = what.home;
    options_.take_over = std::move(what);
    resume_claims(now);
    settle(now);
}

Freshness Worker::take_late(const IdDigest& id, TimePoint received_at) {
    dedupe_at_ = std::max(dedupe_at_, received_at);
    const auto freshness = id == IdDigest{} ? Freshness::fresh : dedupe_.insert(id, dedupe_at_);
    ++(freshness == Freshness::fresh ? forwarded_ : duplicates_);
    return freshness;
}

bool Worker::has_taken_over() const {
    if (state_ == WorkerState::standby) return true;
    return state_ == WorkerState::holding && !claim_ && guests_.empty();
}

}  // namespace conduitd
