#include "base/defect.hpp"
#include "worker/look_pace.hpp"
#include "worker/vacancy.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Reading where the shards are before they are claimed again: what somebody else has claimed since
// is not taken back.
namespace conduitd {

// A worker claims what it is configured for at its start, whoever has it: a restart needs that.
// So it does in a conduit that has taken the place of another. What it has chosen it has read, and
// what was its own a moment ago is not somebody else's.
bool Worker::needs_claim_check(TimePoint now) const {
    if (!has_claimed_ || choice_ || home_.empty() || state_ >= WorkerState::offering) return false;
    if (is_another_conduit_ || is_planted(Defect::claimed_unread)) return false;
    return now - binding_.proven_at() > options_.claim_check.age_max;
}

// While a session is dialled, or for a claim that is due.
void Worker::begin_claim_check(TimePoint now) {
    if (!needs_claim_check(now) || claim_check_.state(now) != ClaimCheck::State::idle) return;
    const auto points = helix_.budget().limit.value_or(points_a_minute_usual);
    const auto pages = home_page_.empty() ? listed_pages_ : 1;
    if (!may_check_claims(fleet_size_, pages, points) || !may_spend_on_looks(2, now)) return;
    claim_check_.begin(
        home_,
        home_page_.empty() ? ShardLook::From::first_page : ShardLook::From::page_that_had_them,
        now);
    ask_claim_check(home_page_, now);
}

void Worker::ask_claim_check(const std::string& cursor, TimePoint now) {
    const Patience patience{.attempt_timeout = options_.claim_check.age_max,
                            .attempts_max = 1,
                            .give_up_at = now + options_.claim_check.age_max};
    const auto request = make_list_shards(options_.helix.endpoints, conduit_id_, cursor);
    claim_check_.on_asked(helix_.call(request, patience, now));
}

void Worker::on_claim_check_answer(const Completion& completion, TimePoint now) {
    if (const auto cursor = claim_check_.on_page(completion, now))
        return ask_claim_check(*cursor, now);
    if (claim_check_.state(now) == ClaimCheck::State::read) {
        settle_loose_claims(claim_check_.listing(), claim_check_.asked_at());
        doubt_for_strangers(claim_check_.listing());
    }
    // Too old, as when the process slept meanwhile: there is time for another while it is dialled.
    if (successor_) begin_claim_check(now);
    resume_claims(now);
}

// Somebody else had the shard and has ended: the claim takes it back, and nobody had it meanwhile.
void Worker::doubt_for_strangers(const Listing& listing) {
    const bool had_stranger = std::ranges::any_of(home_, [&](std::uint32_t shard) {
        const auto* const place = listing.find(shard);
        return place != nullptr && place->is_free() && !place->session_id.empty() &&
               !binding_.is_own(place->session_id);
    });
    if (!had_stranger) return;
    if (lost_) {
        lost_->gap.since = std::min(lost_->gap.since, binding_.proven_at());
        lost_->has_gap = true;
        lost_->is_whole = false;
    } else {
        binding_.doubt(GapReason::shard_astray, binding_.proven_at());
    }
}

// Those from before the latest proof: for how long they may have had the shard until then has been
// told, or they are of the session that has it; and what had timed out so long ago cannot come any
// more.
void Worker::settle_loose_claims(const Listing& listing, TimePoint asked_at) {
    Link* const bound = find(bound_);
    if (bound == nullptr || bound->wants_claim || claim_) return;
    const auto& bound_id = bound->session->id();
    const auto is_of_before = [&](const Binding::LooseClaim& claim) {
        const bool is_elsewhere = is_read(claim.session_id) && claim.session_id != bound_id;
        return claim.since < binding_.proven_at() && !is_elsewhere;
    };
    if (!std::ranges::all_of(binding_.loose_claims(), is_of_before)) return;
    if (asked_at < claimed_at_ + options_.look.settle_min) return;
    if (!judge_home(listing, home_, bound_id, binding_).is_whole()) return;
    bound->may_be_bound = false;
    binding_.settle();
}

void Worker::on_claim_check_deadline(TimePoint now) {
    const bool is_awaited = std::ranges::any_of(links_, [](const auto& entry) {
        return entry.second.wants_claim && entry.second.claim_at == never;
    });
    if (!is_awaited) return claim_check_.stop_waiting();
    if (const auto call = claim_check_.give_up(now)) helix_.cancel(*call);
    log_.debug("where the shard is could not be read in time: claiming it", {});
    resume_claims(now);
}

// The claim is to wait, or was given up with the last of the shards.
bool Worker::must_check_claim(Link& link, TimePoint now) {
    if (!needs_claim_check(now)) return false;
    begin_claim_check(now);
    const auto state = claim_check_.state(now);
    if (state == ClaimCheck::State::read) yield_taken(link, now);
    if (state != ClaimCheck::State::reading) return false;
    const Link* const bound = find(bound_);
    const bool is_served = bound != nullptr && !bound->is_silent;
    const auto& options = options_.claim_check;
    const bool has_time = is_served || has_overslept(now);
    claim_check_.await(has_time ? options.wait_max : options.wait_max_unread, now);
    return true;
}

// The process has slept for so long that others have taken, in all likelihood, what was ours.
bool Worker::has_overslept(TimePoint now) const {
    return now < awake_at_ + options_.backlog_max &&
           awake_at_ - slept_since_ >= options_.home.grace;
}

// What somebody else has is his. Whether he only keeps it for us, the whole listing tells.
void Worker::yield_taken(Link& link, TimePoint now) {
    const auto is_ours = [this](const std::string& session_id) {
        return binding_.is_own(session_id) || std::ranges::any_of(links_, [&](const auto& entry) {
                   return entry.second.session && entry.second.session->id() == session_id;
               });
    };
    const auto& listing = claim_check_.listing();
    ShardSet taken;
    for (const auto shard : home_) {
        const auto* const place = listing.find(shard);
        const bool is_free = place == nullptr || place->is_free();
        if (is_free || is_ours(place->session_id) || never_had_.contains(shard)) continue;
        taken.insert({shard});
    }
    if (taken.empty()) return;
    // Who has it may have had it since then only.
    if (lost_ && lost_->has_gap) report_gap({lost_->gap.reason, lost_->gap.since, now, taken}, now);
    auto yielded_to = yielded_to_;
    give_up_home(link, taken, listing, now);
    for (auto& entry : links_) entry.second.unclaimed.erase(taken);
    if (!is_auto() && try_claim_back(now)) {
        yielded_to_ = std::move(yielded_to);
        yielded_unlisted_.insert(taken);
    }
    if (home_.empty()) {
        carried_ = {};
        if (lost_) {
            lose_guests(lost_->gap, kept_);
            lost_->has_gap = false;
        }
    }
    is_superseded_ = true;
    plan_survey(now);
}

// Who has nothing else is the owner, and no host even when he is left more later.
void Worker::judge_yielded(const Listing& listing) {
    counted_back_ = std::exchange(yielded_unlisted_, {});
    for (const auto shard : counted_back_) {
        const auto& session_id = yielded_[shard].session_id;
        const auto* const place = listing.find(shard);
        if (place != nullptr && place->session_id == session_id &&
            !is_host(listing, session_id, options_.conduit.shards)) {
            yielded_to_ = session_id;
        }
    }
}

}  // namespace conduitd
