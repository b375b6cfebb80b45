#include "base/defect.hpp"
#include "worker/look_pace.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Claims: the shards are pointed at a session by Update Conduit Shards, so many in one call, and in
// rounds of several calls where there are more. The last write wins, so a second call is not begun
// while one is under way. The exception is one whose session has ended: its request cannot be
// called back and must not delay the next, so it is abandoned. Once it has been answered the shards
// are claimed again for the session that is to have them, unless the answer shows that it had no
// effect.
namespace conduitd {

void Worker::want_claim(Link& link, TimePoint at) {
    link.unclaimed = {};
    if (home_.empty()) carried_ = {};  // as the next listing has it
    claim_rest(link, at);
}

void Worker::claim_rest(Link& link, TimePoint at) {
    link.wants_claim = true;
    link.claim_at = at;
}

// Who has no home carries its guests on.
const ShardSet& Worker::claimed_shards() const {
    return home_.empty() ? carried_ : home_;
}

// The session dialled last goes first: it is the one that is to stay.
void Worker::start_claims(TimePoint now) {
    if (claim_ || must_ask_holder(now)) return;
    for (auto row = links_.rbegin(); row != links_.rend(); ++row) {
        Link& link = row->second;
        if (!link.wants_claim || link.claim_at > now) continue;
        if (must_read_first(link, now)) {
            link.claim_at = never;  // resume_claims() follows
            return;
        }
        link.wants_claim = false;
        const auto& handover = options_.handover;
        const auto give_up_at = link.state == LinkState::bound
                                    ? now + handover.claim_window
                                    : link.welcomed_at + handover.claim_window;
        const Patience patience{.attempt_timeout = handover.claim_attempt_timeout,
                                .attempts_max = 1,
                                .give_up_at = std::max(give_up_at, now + Duration(1))};
        if (const auto& all = claimed_shards(); link.unclaimed.empty() || link.unclaimed == all) {
            link.unclaimed = all;
            link.round_began_at = now;
        }
        auto batch = link.unclaimed.first(shards_per_update_max - (fresh_shards_.empty() ? 0 : 1));
        auto fresh = take_fresh(shards_per_update_max - batch.size());
        auto shards = batch;
        shards.insert(fresh);
        const auto call = helix_.call(
            make_update_shards(options_.helix.endpoints, conduit_id_, shards, link.session->id()),
            patience, now);
        put_back_into_rounds(link, batch);
        claim_ = ClaimUnderWay{call, link.key, now, std::move(batch), std::move(fresh)};
        claimed_at_ = now;
        binding_.on_claim_sent(link.session->id());
        return;
    }
    claim_guests(now);
}

// What is claimed for one session has to be claimed again for another whose round is under way.
void Worker::put_back_into_rounds(const Link& claimed, const ShardSet& batch) {
    for (auto& [key, link] : links_) {
        const bool is_in_round = link.wants_claim && !link.unclaimed.empty();
        if (key != claimed.key && is_in_round) link.unclaimed.insert(batch);
    }
}

// Nothing is claimed on an old listing that may be somebody else's by now.
bool Worker::must_read_first(Link& link, TimePoint now) {
    if (is_parked_unread_ || must_check_claim(link, now)) return true;
    if (home_.empty() && carried_.empty()) {
        plan_survey(now);
        return true;
    }
    if (is_choice_fresh(now)) return false;
    // What it has lost is claimed back at once: the rest is looked for later.
    auto others = home_;
    others.erase(choice_->shards());
    if (!others.empty() && link.state != LinkState::bound) {
        drop_choice(now);
        return must_check_claim(link, now);
    }
    check_choice(now);
    return true;
}

void Worker::resume_claims(TimePoint now) {
    for (auto& [key, link] : links_) {
        if (link.wants_claim && link.claim_at == never) link.claim_at = now;
    }
    start_claims(now);
}

// A claim of its id, sent at `since`, may have taken effect, or may yet. Several sockets may carry
// that id in turn.
void Worker::doubt_binding(const Link& link, TimePoint since, TimePoint now) {
    binding_.on_claim_unanswered(link.session->id(), since, now);
    for (auto& [key, other] : links_) {
        if (other.session && other.session->id() == link.session->id()) other.may_be_bound = true;
    }
}

void Worker::abandon_claim(Link& link, TimePoint now) {
    if (claim_->is_for_guests) {
        helix_.cancel(claim_->call);
        claim_.reset();
        return;
    }
    if (const auto request = helix_.cancel(claim_->call)) {
        stragglers_.emplace(*request, AbandonedClaim{link.session->id(), std::move(claim_->batch),
                                                     claim_->began_at});
        doubt_binding(link, claim_->began_at, now);
    }
    fresh_shards_.insert(claim_->fresh);
    claim_.reset();
}

// An abandoned claim was answered, or given up.
void Worker::on_straggler(const AbandonedClaim& claim, const Result<HttpResponse>& answer,
                          TimePoint now) {
    const bool has_effect = may_have_effect(answer, claim.batch, claim.session_id);
    if (has_effect || is_planted(Defect::refused_straggler_doubted)) {
        binding_.on_claim_unanswered(claim.session_id, claim.began_at, now);
        claim_behind_straggler(binding_.proven_at(), now);
    } else {
        binding_.on_claim_without_effect(claim.session_id, claim.began_at);
    }
}

// The shard may be at its dead session since the claim that was made after it, at `since`, or
// whenever it was last proven to be at another.
void Worker::claim_behind_straggler(TimePoint since, TimePoint now) {
    Link* const bound = find(bound_);
    if (claim_) {
        claim_->is_overtaken = true;
    } else if (bound != nullptr && state_ < WorkerState::offering) {
        binding_.doubt(GapReason::claim_unanswered, since);
        want_claim(*bound, now);
    }
}

void Worker::on_claim_answer(const Completion& completion, TimePoint now) {
    const auto claim = *std::exchange(claim_, std::nullopt);
    claimed_at_ = now;  // when it took effect is not known
    if (claim.is_for_guests) return on_guests_answer(claim, completion, now);
    Link* const link = find(claim.key);
    if (link == nullptr) return;
    auto verdict = judge_claim(completion, claim.batch, link->session->id());
    on_fresh_answered(claim, completion, verdict, now);
    note_refusal(verdict, now);
    link->unclaimed.erase(verdict.bound);
    never_had_.erase(verdict.bound);
    // A round that was begun anew meanwhile is not over with what is left of the one before.
    const bool is_begun_anew = link->wants_claim && claim.batch.size() < claimed_shards().size();
    const bool has_more =
        verdict.outcome == ClaimOutcome::accepted && (!link->unclaimed.empty() || is_begun_anew);
    if (verdict.may_have_effect || has_more) {
        doubt_binding(*link, claim.began_at, now);
        // A look before it must have arrived would be no proof.
        if (look_plan_.is_planned()) look_plan_.after_claim(now, random_);
    }
    if (state_ >= WorkerState::offering) {
        if (verdict.outcome == ClaimOutcome::accepted) doubt_binding(*link, claim.began_at, now);
        return;
    }
    const bool is_awaited = link->state == LinkState::claiming && link->is_silent;
    if (has_more) {
        claim_rest(*link, now);
    } else {
        on_claim_verdict(*link, verdict, now);
    }
    const bool has_fresh = verdict.outcome == ClaimOutcome::accepted && !fresh_shards_.empty();
    if (has_fresh && find(claim.key) != nullptr && !link->wants_claim) want_claim(*link, now);
    if (is_awaited && find(claim.key) != nullptr) on_silence(*link, now);
    if (claim.is_overtaken) claim_behind_straggler(claim.began_at, now);
}

void Worker::note_refusal(const ClaimVerdict& verdict, TimePoint now) {
    if (!verdict.bound.empty()) {
        refused_claims_.on_granted();
    } else if (verdict.outcome == ClaimOutcome::rejected) {
        refused_claims_.on_refused(now);
    }
}

void Worker::on_claim_verdict(Link& link, const ClaimVerdict& verdict, TimePoint now) {
    ++(verdict.outcome == ClaimOutcome::accepted ? claims_ : claims_failed_);
    if (verdict.outcome == ClaimOutcome::accepted) {
        on_claim_accepted(link, now);
        return;
    }
    // A confirmation is asked for again and again: it is said once.
    const bool is_repeated = link.state == LinkState::bound && link.claims_failed > 0;
    ++link.claims_failed;
    if (!is_repeated) {
        log_.warn(
            "claim failed",
            {{"shard", home_.text()}, {"session", link.session->id()}, {"reason", verdict.reason}});
    }
    // One that may have taken effect counts as the first claim: its session is read to its end.
    const bool is_first = !has_claimed_ && !link.may_be_bound;
    if (is_first && verdict.outcome == ClaimOutcome::credentials_refused) {
        finish(ExitCode::credentials_refused, verdict.reason);
    } else if (is_first && verdict.outcome == ClaimOutcome::conduit_gone) {
        finish(
            ExitCode::conduit_gone,
            "conduit " + conduit_id_ + " does not exist any more, or belongs to another client id");
    } else {
        on_claim_failed(link, verdict, now);
    }
}

void Worker::on_claim_accepted(Link& link, TimePoint now) {
    is_claim_refused_ = false;
    link.claims_failed = 0;
    // Before the shard could be read back it is claimed again: a loose claim may have had it in
    // between, for a session that nobody reads.
    const auto& claims = binding_.loose_claims();
    const auto loose = std::ranges::find_if(claims, [&](const Binding::LooseClaim& claim) {
        return claim.session_id != link.session->id() && !is_read(claim.session_id);
    });
    if (loose != claims.end()) {
        const auto since = std::max(binding_.proven_at(), loose->unread_since);
        // That of a session that was lost may have been told, as its shard was given up.
        if (lost_ && lost_->has_gap) {
            lost_->gap.since = std::min(lost_->gap.since, since);
        } else {
            binding_.doubt(GapReason::claim_unanswered, since);
        }
    }
    if (!is_planted(Defect::straggler_trusted)) look_plan_.after_claim(now, random_);
    prove_binding(link.round_began_at, now);
    tell_grown(home_, now);
    const auto chosen = note_choice(now);
    if (link.state == LinkState::bound && !chosen.empty()) {
        log_.info("claim accepted, for the session that is open",
                  {{"shard", chosen.text()}, {"session", link.session->id()}});
        return;
    }
    if (link.state == LinkState::bound) {
        log_.debug("binding confirmed", {{"session", link.session->id()}});
        return;
    }
    if (link.state != LinkState::claiming) return;
    log_.info("claim accepted", {{"shard", home_.text()},
                                 {"session", link.session->id()},
                                 {"took_ms", to_milliseconds(now - link.dialed_at)}});
    take_over(link, now);
    note_first_claim(link, now);
}

// Others may have chosen it as well: who was last has it, and a look tells, soon. Answers what had
// been chosen, and is ours now.
ShardSet Worker::note_choice(TimePoint now) {
    if (choice_ && is_auto()) look_plan_.after_choice(now, random_);
    auto chosen = choice_ ? choice_->shards() : ShardSet();
    choice_.reset();
    choice_check_.reset();
    end_growth();
    // Whether somebody has read it since the listing that it was chosen from, nobody knows.
    const auto listed_at = std::exchange(home_listed_at_, never);
    if (!unserved_since_ && listed_at != never && now - listed_at > options_.home.grace)
        unserved_since_ = listed_at;
    const auto gone = std::exchange(gone_gap_, std::nullopt);
    if (gone) unserved_since_ = std::min(gone->since, unserved_since_.value_or(now));
    if (const auto since = std::exchange(unserved_since_, std::nullopt))
        report_gap({GapReason::unserved, *since, now, gone ? home_ : chosen}, now);
    return chosen;
}

void Worker::note_first_claim(const Link& link, TimePoint now) {
    const bool is_first = !std::exchange(has_claimed_, true);
    if (!std::exchange(is_another_conduit_, false) && !is_first) return;
    contest_ends_at_ = now + options_.home.start_contest;
    if (is_first && options_.take_over) guests_ = options_.take_over->guests;
    // Others may have started at the same moment.
    plan_survey(now + look_period_min / 2 + random_.up_to(look_period_min));
    begin_subscription_check(now);
    log_.info("ready", {{"conduit", conduit_id_},
                        {"shard", home_.text()},
                        {"session", link.session->id()},
                        {"took_ms", to_milliseconds(now - started_at_)}});
}

}  // namespace conduitd
