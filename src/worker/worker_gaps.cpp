#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Telling what may be missing; at a stop, once it is known until when.
namespace conduitd {

void Worker::report_gap(Gap gap, TimePoint now) {
    if (gap.shards.empty()) gap.shards = state_ < WorkerState::offering ? home_ : served_;
    // Of the time in which it still had some.
    if (gap.shards.empty() && given_up_) gap.shards = given_up_->shards;
    // Several sessions that end together, or one that was dialled in vain meanwhile, make one gap.
    const auto until = gap.until.value_or(now);
    for (const Gap& told : told_gaps_) {
        const bool is_covered = told.since <= gap.since && until <= told.until.value_or(now);
        if (is_covered) gap.shards.erase(told.shards);
        if (is_covered && gap.shards.empty()) return;
    }
    told_gaps_.push_back(gap);
    if (told_gaps_.size() > told_gaps_max) told_gaps_.pop_front();
    const auto length = until - gap.since;
    ++gaps_;
    gap_total_ += length;
    log_.warn("what Twitch sent for a while may be missing: it has no replay",
              {{"reason", name_of(gap.reason)},
               {"shard", gap.shards.text()},
               {"gap_ms", to_milliseconds(length)}});
    sink_.report_gap(gap, now);
}

// At the order to stop: what may be missing already. Until when, is known once somebody else has
// the shards.
void Worker::collect_untold() {
    served_ = home_;
    const auto lost_dials = std::exchange(lost_dials_, {});
    auto dialed_since = never;
    for (const auto& dial : lost_dials) {
        dialed_since =
            std::min(dialed_since, std::max(dial.since, unmoved_until(dial.key, dial.moved_id)));
    }
    if (auto lost = std::exchange(lost_, std::nullopt)) {
        lost->gap.since = std::min(lost->gap.since, dialed_since);
        // Guests were on it too, as the latest listing told.
        lost->gap.shards = home_;
        lost->gap.shards.insert(kept_);
        untold_.push_back(lost->gap);
    }
    // What began before this process, the next one tells: it goes on, unless somebody else is given
    // the shards.
    const auto doubt = binding_.take_doubt();
    const bool is_of_before =
        doubt && options_.gap_before && doubt->since == options_.gap_before->since;
    if (is_of_before) {
        doubt_before_ = doubt;
    } else if (doubt) {
        untold_.push_back(*doubt);
    }
    if (!lost_dials.empty()) untold_.push_back({GapReason::session_cut, dialed_since, {}, {}});
    if (auto gap = std::exchange(guests_lost_, std::nullopt)) {
        // Of a session that is lost since the latest listing: as that one told.
        if (gap->shards.empty()) gap->shards = kept_;
        if (!gap->shards.empty()) untold_.push_back(std::move(*gap));
    }
    if (const auto since = std::exchange(unserved_since_, std::nullopt))
        untold_.push_back({GapReason::unserved, *since, {}, {}});
    if (auto gap = std::exchange(gone_gap_, std::nullopt)) untold_.push_back(std::move(*gap));
}

// Where it ends once somebody else has the shards, that is waited for. What is read, or ends, so
// soon behind that may be of the time before: Twitch wrote it a while ago.
void Worker::tell_at_stop(Gap gap, TimePoint now) {
    if (parked_at_ && *parked_at_ + options_.handover.close_frame_way <= gap.since) return;
    if (parked_at_) gap.since = std::min(gap.since, *parked_at_);
    if (gap.shards.empty()) {
        gap.shards = served_;
        gap.shards.insert(kept_);
    }
    gap.until = parked_at_;
    if (parking_ && !parked_at_) {
        untold_.push_back(std::move(gap));
    } else {
        report_gap(std::move(gap), now);
    }
}

void Worker::tell_untold(TimePoint now) {
    for (auto& gap : std::exchange(untold_, {})) {
        gap.until = parked_at_;
        report_gap(std::move(gap), now);
    }
}

}  // namespace conduitd
