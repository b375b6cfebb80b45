#include "base/defect.hpp"
#include "eventsub/error.hpp"
#include "eventsub/shard_disabled.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

// Messages on their way to the sink: deduplicated, and in the order in which Twitch wrote them also
// across a handover.
namespace conduitd {

void Worker::on_data(Link& link, const Message& message, std::string_view frame, TimePoint now) {
    if (is_planted(Defect::drop_after_welcome) && link.state == LinkState::leaving) return;
    ++link.tally.read;
    link.last_data_at = now;
    if (bound_ == link.key) on_conduit_proof();
    quiet_watch_.on_message(now);
    look_for_late_guests(link, now);
    // From then on it has what was on its way to it.
    if (!link.is_continued() && !is_planted(Defect::old_messages_no_proof)) {
        link.data_proof_at = link.proof_at;
    }
    if (message.subscription_type == ShardDisabled::type) {
        if (message.type == MessageType::revocation) {
            on_shard_disabled_revoked(now);
        } else if (!dedupe_.has(digest_of(message.id))) {
            on_shard_disabled(frame, now);
        }
    }
    if (!must_hold(link)) {
        forward(link, message.id, frame, now);
        return;
    }
    link.held.push_back({std::string(message.id), std::string(frame), now});
    link.held_bytes += frame.size();
    if (link.held_bytes > options_.handover.hold_bytes_max) {
        link.predecessor.reset();
        release(link);
    }
}

// Whatever it was, it cannot be had again.
void Worker::on_skipped(Link& link, ErrorCode why, std::size_t bytes, TimePoint now) {
    ++frames_skipped_;
    log_.warn("frame skipped",
              {{"reason", why.message()}, {"bytes", bytes}, {"session", link.session->id()}});
    const bool is_too_large = why == EventsubError::frame_too_large;
    if (is_too_large || why == EventsubError::malformed_frame) {
        report_gap({GapReason::message_skipped, now, now}, now);
    }
    if (is_too_large) {
        replace(link, HandoverCause::doubt, "a frame is too large", now);
    }
}

void Worker::remember(const IdDigest& id, TimePoint received_at) {
    dedupe_at_ = std::max(dedupe_at_, received_at);
    (void)dedupe_.insert(id, dedupe_at_);
}

void Worker::forward(Link& link, std::string_view id, std::string_view frame,
                     TimePoint received_at) {
    // Held messages come behind later ones; the window's time does not run backwards.
    dedupe_at_ = std::max(dedupe_at_, received_at);
    const auto digest = digest_of(id);
    if (dedupe_.insert(digest, dedupe_at_) == Freshness::repeated) {
        ++link.tally.duplicates;
        ++duplicates_;
        return;
    }
    ++link.tally.forwarded;
    ++forwarded_;
    sink_.forward(frame, digest, received_at);
}

void Worker::release(Link& link) {
    for (const auto& held : link.held) forward(link, held.message_id, held.frame, held.received_at);
    link.held.clear();
    link.held.shrink_to_fit();
    link.held_bytes = 0;
}

// `to` brings its own messages on at once, and what it holds when it has ended.
void Worker::hand_over_held(Link& from, Link& to) {
    from.tally.read -= from.held.size();
    to.tally.read += from.held.size();
    std::ranges::move(from.held, std::back_inserter(to.held));
    to.held_bytes += std::exchange(from.held_bytes, 0);
    from.held.clear();
}

bool Worker::must_hold(const Link& link) const {
    if (!link.predecessor || is_planted(Defect::order_not_kept)) return false;
    const Link* const before = find(*link.predecessor);
    return before != nullptr && !before->is_silent;
}

// When what a link holds back is let go, whether or not its predecessor has ended. In a chain of
// moves what the predecessor itself holds back goes first.
TimePoint Worker::hold_deadline(const Link& link) const {
    const auto& handover = options_.handover;
    const Link* const before = link.predecessor ? find(*link.predecessor) : nullptr;
    if (before == nullptr) return never;
    const bool was_bound = link.bound_at != TimePoint{};
    if (!was_bound) {
        return link.held.empty() ? never : link.held.front().received_at + handover.hold_unanswered;
    }
    const auto at = std::max(link.bound_at, before->last_data_at) + handover.hold_quiet;
    return before->held.empty() ? at : std::max(at, hold_deadline(*before));
}

}  // namespace conduitd
