#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <algorithm>

// What follows a claim that was refused or not answered: it is made again as long as the session
// may be claimed, then another session takes its place.
namespace conduitd {

void Worker::on_claim_failed(Link& link, const ClaimVerdict& verdict, TimePoint now) {
    const auto& handover = options_.handover;
    const bool is_final = verdict.outcome == ClaimOutcome::credentials_refused ||
                          verdict.outcome == ClaimOutcome::conduit_gone;
    if (is_final && !is_claim_refused_) {
        is_claim_refused_ = true;
        log_.error("degraded: the shard cannot be claimed; reading on with what is bound",
                   {{"reason", verdict.reason}});
    }
    // Only the listing tells whether it is gone.
    if (verdict.outcome == ClaimOutcome::conduit_gone && may_recreate()) look_soon(now);
    // It may be that the conduit was made smaller.
    const bool is_looked_at = listed_at_ >= link.welcomed_at;
    if (verdict.outcome == ClaimOutcome::rejected && has_claimed_ && !is_looked_at) look_soon(now);
    if (link.state == LinkState::bound) {
        // The binding should have come along with the reconnect. Where every entry is rejected, it
        // did not; where some are, the session is not at fault.
        if (verdict.outcome == ClaimOutcome::rejected && verdict.bound.empty()) {
            replace(link, HandoverCause::doubt, "its binding is refused", now);
        } else {
            const auto delay =
                handover.confirm_retry_min * (1 << std::min(link.claims_failed - 1, 8u));
            want_claim(link, std::max(now + std::min(delay, handover.confirm_retry_max),
                                      verdict.points_at));
        }
        return;
    }
    if (link.state != LinkState::claiming) return;
    const auto again_at = verdict.is_repeatable
                              ? std::max(now + link.claim_backoff.next(random_), verdict.points_at)
                              : never;
    redial_.wait_until(verdict.points_at);
    const bool is_lasting =
        verdict.outcome == ClaimOutcome::rejected && refused_claims_.are_lasting();
    const bool is_repeated = !is_final && !is_lasting && !is_planted(Defect::claim_not_repeated);
    if (is_repeated && again_at <= link.welcomed_at + handover.claim_window) {
        claim_rest(link, again_at);
        return;
    }
    // Out of time. It stays with what it has where no other session has any of the shards.
    const bool has_some =
        !link.unclaimed.empty() && link.unclaimed.size() < claimed_shards().size();
    if (!bound_ && has_some) {
        accept_in_part(link, verdict, now);
        return;
    }
    // Twitch would close it with 4003. Its end brings the next dial.
    if (has_claimed_ && link.may_be_bound) {
        give_way(link, now);
    } else {
        close(link);
    }
}

// Some of the shards point at the session, and the rest are refused, as those are that the conduit
// has no more: better some than none. The rest are asked for again and again.
void Worker::accept_in_part(Link& link, const ClaimVerdict& verdict, TimePoint now) {
    log_.error("degraded: some of the shards cannot be claimed",
               {{"shard", link.unclaimed.text()}, {"reason", verdict.reason}});
    const auto missing = lost_ ? lost_->gap : Gap{GapReason::shard_astray, now, {}};
    is_claim_refused_ = true;
    if (!has_claimed_) never_had_ = link.unclaimed;
    // They may be where all of them were.
    for (auto& [key, other] : links_) {
        if (other.bound_at != TimePoint{}) other.may_be_bound = true;
    }
    take_over(link, now);
    binding_.doubt(missing.reason, missing.since);
    note_first_claim(link, now);
    want_claim(link, now + options_.handover.confirm_retry_min);
}

// One of its claims may have taken effect. So it is read on while another session is claimed.
void Worker::give_way(Link& link, TimePoint now) {
    leave(link, now);
    if (is_planted(Defect::give_way_closes)) close(link);
    if (successor_ != link.key) return;
    successor_.reset();
    on_successor_ended(link, {}, now);
    close_oldest_unproven();
}

// While nothing is bound nothing is closed for being quiet, and one after the other may come.
void Worker::close_oldest_unproven() {
    if (bound_) return;
    const auto is_unproven = [](const auto& entry) {
        return entry.second.state == LinkState::leaving && entry.second.bound_at == TimePoint{};
    };
    auto count = static_cast<std::size_t>(std::ranges::count_if(links_, is_unproven));
    for (auto& entry : links_) {
        if (count <= options_.handover.unproven_max) return;
        if (!is_unproven(entry)) continue;
        close(entry.second);
        --count;
    }
}

}  // namespace conduitd
