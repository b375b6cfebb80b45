#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Lost dials: sessions at a reconnect URL that broke, or were given up, before their welcome was
// read. Twitch may have written it, and then the shard's messages behind it, for they go to the new
// session from its welcome on (EventSub WebSocket guide). What may be missing lasts until the shard
// is known to be elsewhere, and is less where one of these shows that the session had not moved:
//
//  * Another socket is welcomed at the same URL. The challenge in it serves once (observed; a URL
//    that is reused is answered with 4007), so that it had not served before.
//  * The old session brings a message: until then it was the one that Twitch wrote to. A keepalive
//    shows nothing, for a session that has lost its shard goes on to have these (observed). And the
//    message shows nothing of what follows it: a request that hangs at Twitch may be served after
//    we have gone. So there remains the time from the last message to the claim where a session of
//    another origin takes over.
namespace conduitd {

void Worker::on_url_served(const Link& link) {
    if (link.url_number == 0 || is_planted(Defect::served_url_doubted)) return;
    for (auto& [key, other] : links_) {
        const bool is_unanswered = other.welcomed_at == TimePoint{};
        if (other.url_number == link.url_number) other.is_unused = is_unanswered;
    }
    std::erase_if(lost_dials_,
                  [&](const LostDial& dial) { return dial.url_number == link.url_number; });
}

// The latest proof that the session with this id had not been moved to the link with this key.
TimePoint Worker::unmoved_until(SessionKey key, std::string_view session_id) const {
    TimePoint proof_at = TimePoint::min();
    for (const auto& [other_key, other] : links_) {
        const bool is_meant = other_key < key && other.session && other.session->id() == session_id;
        if (is_meant) proof_at = std::max(proof_at, other.data_proof_at);
    }
    return proof_at;
}

// Its proofs are kept for those to which its session may have been moved.
void Worker::note_proofs_of_ended(const Link& link) {
    if (!link.session) return;
    for (auto& [key, other] : links_) {
        const bool is_meant = link.key < key && other.moved_id == link.session->id();
        if (is_meant) other.unmoved_until = std::max(other.unmoved_until, link.data_proof_at);
    }
    for (auto& dial : lost_dials_) {
        const bool is_meant = link.key < dial.key && dial.moved_id == link.session->id();
        if (is_meant) dial.since = std::max(dial.since, link.data_proof_at);
    }
}

void Worker::note_lost_dial(const Link& link, TimePoint since) {
    if (lost_dials_.size() < lost_dials_max) {
        lost_dials_.push_back({link.key, link.url_number, link.moved_id, since});
        return;
    }
    auto& last = lost_dials_.back();
    last.key = std::max(last.key, link.key);
    last.since = std::min(last.since, since);
    if (last.url_number != link.url_number) last.url_number = 0;
}

// The shard is at `link` now: with its session, which had it before, or by a claim, and then it
// does not matter any more where Twitch has moved the one before. Answers since when it may have
// been at one of the lost dials.
std::optional<TimePoint> Worker::take_lost_dials(const Link& link) {
    std::optional<TimePoint> since;
    std::erase_if(lost_dials_, [&](const LostDial& dial) {
        const bool is_over = dial.key < link.key || dial.moved_id != link.session->id();
        if (!is_over) return false;
        const auto at = std::max(dial.since, unmoved_until(dial.key, dial.moved_id));
        since = since ? std::min(*since, at) : at;
        return true;
    });
    return since;
}

// Answers how long messages may have been missed for their sake.
Duration Worker::settle_lost_dials(const Link& link, TimePoint now) {
    const auto since = take_lost_dials(link);
    if (!since) return Duration::zero();
    if (lost_ && std::exchange(lost_->has_gap, true)) {
        lost_->gap.since = std::min(lost_->gap.since, *since);
    } else if (lost_) {
        lost_->gap = {GapReason::session_cut, *since, {}};
    } else {
        report_gap({GapReason::session_cut, *since, now}, now);
    }
    return now - *since;
}

}  // namespace conduitd
