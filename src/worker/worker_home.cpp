#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Home shards, which this worker claims for itself, by what the whole listing says of them.
namespace conduitd {

// Whoever has claimed a shard of ours and carries no other is its owner now: if it were claimed
// back, two workers that are configured for one shard would take it from each other without end. A
// host keeps it for us.
void Worker::keep_home(Link& bound, const Listing& listing, TimePoint asked_at, TimePoint now) {
    auto standing = judge_home(listing, home_, bound.session->id(), binding_);
    // What is still to be claimed never was at our session.
    if (choice_) standing.astray.erase(choice_->shards());
    // Whoever has one that this process was refused so far had it before: its claim is still to be
    // made.
    for (const auto shard : never_had_) {
        if (!standing.taken.contains(shard)) continue;
        standing.taken.erase({shard});
        standing.astray.insert({shard});
        standing.found = holder_of(listing, shard);
    }
    if (standing.is_whole() || is_planted(Defect::look_ignored)) {
        if (home_.empty()) return;
        prove_binding(asked_at, now);
        // A claim that had timed out cannot come any more.
        if (asked_at < claimed_at_ + options_.look.settle_min) return;
        bound.may_be_bound = false;
        binding_.settle();
        return;
    }
    if (!standing.gone.empty() && !is_planted(Defect::gone_shard_claimed))
        follow_move(standing.gone, listing.at(bound.session->id()));
    if (const auto shards = contested(standing, listing, now); !shards.empty()) {
        claim_once_more(bound, shards, listing, now);
        standing.taken.erase(shards);
    }
    if (is_planted(Defect::successor_taken_for_host))
        standing.hosted.insert(std::exchange(standing.taken, {}));
    // Who takes any shard needs none of a host's in particular.
    const bool may_be_hosted = !is_auto() && !is_planted(Defect::host_taken_for_successor);
    const bool is_asked_for = bound.wants_claim;  // and was counted
    for (const auto shard : standing.hosted) {
        if (is_contender(holder_of(listing, shard), now)) standing.taken.insert({shard});
    }
    standing.hosted.erase(standing.taken);
    if (!standing.hosted.empty() && !(may_be_hosted && (is_asked_for || try_claim_back(now)))) {
        standing.taken.insert(standing.hosted);
        standing.hosted = {};
    }
    if (!standing.taken.empty()) give_up_home(bound, standing.taken, listing, now);
    if (!standing.astray.empty()) reclaim(bound, standing, now);
    if (!standing.hosted.empty()) {
        claim_check_.pass(now);
        log_.info("a host has kept the shard: claiming it back",
                  {{"shard", standing.hosted.text()}, {"session", bound.session->id()}});
        want_claim(bound, now);
    }
}

// The same while no session has the shards, or they are being moved: what else is at fault then is
// put right by the claims that are under way.
void Worker::drop_gone(const Listing& listing) {
    // Before the first claim the conduit is looked up anew for each dial.
    if (!has_claimed_ || is_planted(Defect::gone_shard_claimed)) return;
    ShardSet gone;
    for (const auto shard : home_) {
        if (shard >= listing.shard_count()) gone.insert({shard});
    }
    if (gone.empty()) return;
    ShardSet carried;
    for (const auto& session_id : binding_.own_sessions()) carried.insert(listing.at(session_id));
    follow_move(gone, carried);
}

void Worker::give_up_home(Link& bound, const ShardSet& taken, const Listing& listing,
                          TimePoint now) {
    home_.erase(taken);
    bound.unclaimed.erase(taken);
    for (const auto shard : taken) yielded_[shard] = {holder_of(listing, shard), now};
    held_by_ = yielded_to_ = yielded_[taken.highest()].session_id;
    given_up_ = GivenUp{now, binding_.proven_at(), taken};
    log_.warn("somebody else has claimed the shard: it is theirs now",
              {{"shard", taken.text()}, {"session", holders_of(listing, taken)}});
}

void Worker::reclaim(Link& bound, const HomeStanding& standing, TimePoint now) {
    claim_check_.pass(now);
    if (is_read(standing.found)) {
        // It has missed nothing, as long as it is read. A worker that stopped has left it there,
        // and others along with it.
        astray_at_ = standing.found;
        for (auto& [key, link] : links_) {
            if (link.session && link.session->id() == standing.found) link.may_have_guests = true;
        }
        look_soon(now);
    } else {
        binding_.doubt(GapReason::shard_astray, binding_.proven_at());
    }
    log_.warn("the shard is not at our session: claiming it again",
              {{"shard", standing.astray.text()},
               {"found", standing.found},
               {"session", bound.session->id()}});
    want_claim(bound, now);
}

// The conduit was made smaller, and what was at its end may have been moved to lower numbers
// before: those are ours then.
void Worker::follow_move(const ShardSet& gone, const ShardSet& carried) {
    home_.erase(gone);
    never_had_.erase(gone);
    for (auto& [key, link] : links_) link.unclaimed.erase(gone);
    if (choice_ && std::ranges::includes(gone, choice_->shards())) forget_choice();
    if (home_.empty() && is_planted(Defect::moved_session_dropped)) {
        for (auto& [key, link] : links_) {
            if (link.is_open()) close(link);
        }
    } else if (home_.empty() && !carried.empty()) {
        home_ = carried;
        log_.warn("the conduit was made smaller, and the shard was moved",
                  {{"from", gone.text()}, {"shard", home_.text()}});
    } else {
        log_.warn("the conduit was made smaller: the shard is gone", {{"shard", gone.text()}});
    }
}

// A host is known only by what it carries, and two workers may each take the other for one.
bool Worker::try_claim_back(TimePoint now) {
    const bool is_over = now >= claims_back_from_ + options_.home.claim_back_period;
    if (!is_over && claims_back_ >= options_.home.claims_back_max) return false;
    note_claim_back(now);
    return true;
}

void Worker::note_claim_back(TimePoint now) {
    if (now >= claims_back_from_ + options_.home.claim_back_period) {
        claims_back_from_ = now;
        claims_back_ = 0;
    }
    ++claims_back_;
}

}  // namespace conduitd
