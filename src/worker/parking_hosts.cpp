#include "worker/parking_hosts.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace conduitd {

// Who has left a shard to us is leaving, whatever it still has: those beyond a hundred go in a call
// of their own. So is, to all appearances, who has nothing left of what it had: what it carries now
// was left to it by somebody who could not know.
void ParkingHosts::note_leaving(const Listing& listing, const std::deque<std::string>& own) {
    for (const auto& [session_id, shards] : carried_) {
        if (std::ranges::count(own, session_id) > 0) continue;
        bool has_kept_any = false;
        bool has_left_any_to_us = false;
        for (const auto shard : shards) {
            const auto* const place = listing.find(shard);
            if (place == nullptr) continue;
            has_kept_any = has_kept_any || (place->is_enabled && place->session_id == session_id);
            has_left_any_to_us =
                has_left_any_to_us || std::ranges::count(own, place->session_id) > 0;
        }
        if (!has_kept_any || has_left_any_to_us) leaving_.insert(session_id);
    }
}

bool ParkingHosts::may_keep(std::string_view session_id, const std::deque<std::string>& own) const {
    return std::ranges::count(own, session_id) == 0 && !leaving_.contains(session_id) &&
           !refused_.contains(session_id);
}

void ParkingHosts::on_listing(const Listing& listing, const std::deque<std::string>& own) {
    note_leaving(listing, own);
    std::map<std::string, ShardSet, std::less<>> carried;
    std::vector<std::string> known;
    std::vector<std::string> unknown;
    for (const auto& [session_id, shards] : listing.sessions()) {
        if (may_keep(session_id, own))
            (carried_.contains(session_id) ? known : unknown).emplace_back(session_id);
        carried.emplace(session_id, ShardSet(shards));
    }
    carried_ = std::move(carried);
    sessions_ = known.empty() ? std::move(unknown) : std::move(known);
}

}  // namespace conduitd
