#include "base/defect.hpp"
#include "helix/error.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Guests: whatever points at our session and is not ours. Kept for a worker that left, or that
// died, or made just now and not claimed by its owner yet. They are never remembered, always read
// from the listing, and moved along when their session is left.
namespace conduitd {
namespace {

bool holds_any(const ShardSet& carried, const ShardSet& shards) {
    return std::ranges::any_of(carried, [&](std::uint32_t id) { return shards.contains(id); });
}

}  // namespace

// A guest that somebody has claimed since: its owner, it may be.
void Worker::note_owners(const Listing& listing, TimePoint now) {
    ShardSet owned;
    for (const auto shard : kept_) {
        const auto* const place = listing.find(shard);
        const bool is_claimed =
            place != nullptr && place->is_enabled && !binding_.is_own(place->session_id);
        if (!is_claimed) continue;
        owned.insert({shard});
        yielded_[shard] = {place->session_id, now};
        if (is_planted(Defect::guest_stolen_back)) guests_.insert({shard});
    }
    kept_.erase(owned);
}

// What points at a session that this worker has left, and is not its own, was in its care.
void Worker::collect_guests(const Link& bound, const Listing& listing, TimePoint now) {
    ShardSet guests;
    kept_ = listing.at(bound.session->id());
    kept_.erase(home_);
    for (const auto& session_id : binding_.own_sessions()) {
        if (session_id != bound.session->id()) guests.insert(listing.at(session_id));
    }
    // One at our open session may have been disabled by Twitch for reasons of its own.
    for (const auto shard : kept_) {
        if (!listing.find(shard)->is_enabled) guests.insert({shard});
    }
    guests.erase(home_);
    for (const auto shard : guests) {
        const auto& place = *listing.find(shard);
        if (place.is_enabled || guests_lost_) continue;
        const auto since = place.died_at.value_or(listed_before_);
        guests_lost_ = Gap{GapReason::unserved, since, {}, {}};
    }
    for (auto& [key, link] : links_) {
        const bool is_seen = link.left_at <= listing.asked_at(home_);
        if (is_seen && link.session && !holds_any(listing.at(link.session->id()), guests))
            link.may_have_guests = false;
    }
    settle_lost_guests(guests, now);
    if (guests.empty() || is_planted(Defect::guest_forgotten)) return;
    log_.info("moving guests along", {{"shard", guests.text()}, {"session", bound.session->id()}});
    guests_.insert(guests);
}

// A session that was left still brings messages behind the listing that was read for it: another
// worker may have left its shards to it meanwhile, by an older listing. What is on its way comes
// before the next one is asked for.
void Worker::look_for_late_guests(Link& link, TimePoint now) {
    const bool was_left = link.state == LinkState::leaving && link.bound_at != TimePoint{} &&
                          !link.is_continued() && !is_standing_by_;
    const bool is_alone = fleet_size_ <= 1 && kept_.empty();
    if (!was_left || is_alone || link.may_have_guests) return;
    link.may_have_guests = true;
    plan_survey(std::max(now + options_.home.park_on_their_way, look_allowance_.next_at(now)));
}

// Their session was lost. What was missing before, and is still to be told, began earlier.
void Worker::lose_guests(const Gap& gap, const ShardSet& shards) {
    if (!guests_lost_) guests_lost_ = Gap{gap.reason, gap.since, {}, {}};
    guests_lost_->since = std::min(guests_lost_->since, gap.since);
    guests_lost_->shards.insert(shards);
}

// Those that are not to be claimed have a session: ours after all, or that of somebody who came
// for them since. He may have found them served, by a session that was not read any more.
void Worker::settle_lost_guests(const ShardSet& guests, TimePoint now) {
    if (!guests_lost_) return;
    auto settled = guests_lost_->shards;
    settled.erase(guests);
    guests_lost_->shards.insert(guests);
    tell_lost_guests(settled, now);
    if (guests.empty()) guests_lost_.reset();
}

// They have a session again.
void Worker::tell_lost_guests(const ShardSet& found, TimePoint now) {
    if (!guests_lost_) return;
    ShardSet told;
    for (const auto shard : guests_lost_->shards) {
        if (found.contains(shard)) told.insert({shard});
    }
    if (told.empty()) return;
    report_gap({guests_lost_->reason, guests_lost_->since, now, told}, now);
    guests_lost_->shards.erase(told);
    if (guests_lost_->shards.empty()) guests_lost_.reset();
}

// Guests of a session that was lost, while we stand by: those that we do not claim now are somebody
// else's already, or left to others. Who has them does not know how long we had not read them.
void Worker::tell_guests_left(const ShardSet& claimed, TimePoint now) {
    if (!guests_lost_) return;
    auto left = guests_lost_->shards;
    left.erase(claimed);
    tell_lost_guests(left, now);
    if (claimed.empty()) guests_lost_.reset();
}

// Behind all claims of our own.
void Worker::claim_guests(TimePoint now) {
    const Link* const bound = find(bound_);
    if (bound == nullptr || guests_.empty() || state_ >= WorkerState::offering) return;
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
    }
    tell_lost_guests(verdict.bound, now);
    const bool are_all_moved = guests_.empty() && verdict.bound == claim.batch;
    for (auto& entry : links_) {
        if (are_all_moved) entry.second.may_have_guests = false;
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
                               ClaimVerdict& verdict, TimePoint now) {
    if (claim.fresh.empty()) return;
    if (completion.answer) {
        const auto fresh = judge_claim(completion, claim.fresh, find(claim.key)->session->id());
        log_.info("made shards bound until their owners come",
                  {{"shard", fresh.bound.text()}, {"refused", fresh.reason}});
        tell_grown(fresh.bound, now);
    } else if (completion.answer.error() == HelixError::invalid_request) {
        log_.warn("made shards cannot be bound",
                  {{"shard", claim.fresh.text()}, {"reason", completion.reason}});
        verdict.is_repeatable = true;
    } else {
        fresh_shards_.insert(claim.fresh);
    }
}

// Twitch sends events to the shards of a conduit as soon as it is grown, with a session or without.
void Worker::tell_grown(const ShardSet& bound, TimePoint now) {
    if (!grown_) return;
    auto left = grown_->shards;
    left.erase(bound);
    auto told = std::exchange(grown_->shards, left);
    told.erase(left);
    if (!told.empty()) report_gap({GapReason::unserved, grown_->since, now, told}, now);
    if (left.empty()) grown_.reset();
}

}  // namespace conduitd
