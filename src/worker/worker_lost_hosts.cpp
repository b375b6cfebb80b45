#include "worker/worker.hpp"

#include <algorithm>

// Shards that were left to another worker at our stop, and whose host has gone as well, as where
// many are stopped at one moment. Nobody but us knows that they had no session until the next host
// takes them: whoever comes then finds them served. Where there is no next host, whoever claims
// them finds them dead, and tells.
namespace conduitd {

void Worker::note_lost_hosts(const Listing& listing, TimePoint now) {
    auto& parking = *parking_;
    // A call that was not answered has had its effect.
    tell_unserved(listing.at(parking.host), now);
    for (const auto shard : parking.waiting) {
        const auto* const place = listing.find(shard);
        // What was left to us since then died with our own session.
        const bool was_parked = parked_at_ || parking.parked.contains(shard);
        if (!was_parked || place == nullptr || !place->is_free()) continue;
        const auto since = place->died_at.value_or(listed_before_);
        parking.unserved_since = std::min(parking.unserved_since, since);
        parking.unserved.insert({shard});
    }
}

// They have a session again.
void Worker::tell_unserved(const ShardSet& shards, TimePoint now) {
    auto& parking = *parking_;
    ShardSet told;
    for (const auto shard : parking.unserved) {
        if (shards.contains(shard)) told.insert({shard});
    }
    if (told.empty()) return;
    report_gap({GapReason::unserved, parking.unserved_since, now, told}, now);
    parking.unserved.erase(told);
    if (parking.unserved.empty()) parking.unserved_since = never;
}

// The answer to the call under way is not read any more. Where it gives them a session, nobody else
// finds them dead; what was still at our own sessions has none from now on, for these are closed.
void Worker::tell_unanswered(const Parking& parking, TimePoint now) {
    if (!parking.call) return;
    ShardSet told;
    for (const auto shard : parking.unserved) {
        if (parking.batch.contains(shard)) told.insert({shard});
    }
    if (!told.empty()) report_gap({GapReason::unserved, parking.unserved_since, {}, told}, now);
    auto others = parking.batch;
    others.erase(told);
    if (!others.empty()) report_gap({GapReason::unserved, now, {}, others}, now);
}

}  // namespace conduitd
