#include "worker/binding.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {
namespace {

// The first reason counts, and the earliest beginning.
void widen(std::optional<Gap>& doubt, const Gap& further) {
    if (!doubt) doubt = further;
    doubt->since = std::min(doubt->since, further.since);
}

}  // namespace

void Binding::on_claim_sent(std::string_view session_id) {
    std::erase(own_sessions_, session_id);
    own_sessions_.emplace_back(session_id);
    if (own_sessions_.size() > own_sessions_max) own_sessions_.pop_front();
}

bool Binding::is_own(std::string_view session_id) const {
    return std::ranges::count(own_sessions_, session_id) > 0;
}

void Binding::on_claim_unanswered(std::string_view session_id, TimePoint since, TimePoint now) {
    const auto found = std::ranges::find(loose_claims_, session_id, &LooseClaim::session_id);
    if (found != loose_claims_.end()) {
        ++found->count;
        found->latest_at = now;
        return;
    }
    loose_claims_.push_back({std::string(session_id), since, now, since});
    if (loose_claims_.size() <= loose_sessions_max) return;
    loose_claims_[1].since = loose_claims_[0].since;
    loose_claims_[1].unread_since =
        std::min(loose_claims_[0].unread_since, loose_claims_[1].unread_since);
    loose_claims_.pop_front();
}

void Binding::on_session_unread(std::string_view session_id, TimePoint since) {
    const auto found = std::ranges::find(loose_claims_, session_id, &LooseClaim::session_id);
    if (found != loose_claims_.end()) found->unread_since = std::max(found->unread_since, since);
}

bool Binding::has_loose_claim_for(std::string_view session_id) const {
    return std::ranges::find(loose_claims_, session_id, &LooseClaim::session_id) !=
           loose_claims_.end();
}

// One that was settled before is not among them any more, whatever has come for its session since.
void Binding::on_claim_without_effect(std::string_view session_id, TimePoint since) {
    const auto found = std::ranges::find(loose_claims_, session_id, &LooseClaim::session_id);
    if (found == loose_claims_.end() || found->since > since) return;
    if (--found->count == 0) loose_claims_.erase(found);
    if (loose_claims_.empty()) claim_doubt_.reset();
}

void Binding::settle_before(TimePoint asked_at) {
    std::erase_if(loose_claims_,
                  [&](const LooseClaim& claim) { return claim.latest_at < asked_at; });
}

void Binding::doubt(GapReason reason, TimePoint since) {
    widen(doubt_, {reason, since, {}});
}

void Binding::doubt_for_loose_claim(TimePoint since) {
    widen(claim_doubt_, {GapReason::claim_unanswered, since, {}});
}

std::optional<Gap> Binding::prove(TimePoint asked_at, TimePoint now) {
    proven_at_ = std::max(proven_at_, asked_at);
    auto gap = take_doubt();
    if (gap) gap->until = now;
    return gap;
}

std::optional<Gap> Binding::take_doubt() {
    if (claim_doubt_) widen(doubt_, *std::exchange(claim_doubt_, std::nullopt));
    return std::exchange(doubt_, std::nullopt);
}

}  // namespace conduitd
