#include "worker/binding.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

void Binding::on_claim_sent(std::string_view session_id) {
    std::erase(own_sessions_, session_id);
    own_sessions_.emplace_back(session_id);
    if (own_sessions_.size() > own_sessions_max) own_sessions_.pop_front();
}

bool Binding::is_own(std::string_view session_id) const {
    return std::ranges::count(own_sessions_, session_id) > 0;
}

void Binding::on_claim_unanswered(std::string_view session_id, TimePoint since) {
    loose_claim_ = LooseClaim{std::string(session_id), loose_claim_ ? loose_claim_->since : since};
}

void Binding::doubt(GapReason reason, TimePoint since) {
    if (!doubt_) doubt_ = Gap{reason, since, {}};
    doubt_->since = std::min(doubt_->since, since);
}

bool Binding::yield(std::string_view session_id) {
    doubt(GapReason::shard_astray, proven_at_);
    if (holder_ == session_id) return false;
    holder_ = session_id;
    return true;
}

std::optional<Gap> Binding::prove(TimePoint asked_at, TimePoint now) {
    proven_at_ = std::max(proven_at_, asked_at);
    holder_.clear();
    auto gap = take_doubt();
    if (gap) gap->until = now;
    return gap;
}

std::optional<Gap> Binding::take_doubt() {
    return std::exchange(doubt_, std::nullopt);
}

}  // namespace conduitd
