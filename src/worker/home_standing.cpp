#include "worker/home_standing.hpp"

#include "worker/vacancy.hpp"

#include <set>

namespace conduitd {

HomeStanding judge_home(const Listing& listing, const ShardSet& home, std::string_view session_id,
                        const Binding& binding) {
    HomeStanding standing;
    for (const auto shard : home) {
        const auto* const place = listing.find(shard);
        const bool is_enabled = place != nullptr && place->is_enabled;
        const bool is_being_verified = place != nullptr && place->is_being_verified;
        if (shard >= listing.shard_count()) {
            standing.gone.insert({shard});
        } else if (!is_enabled && !is_being_verified) {
            standing.astray.insert({shard});
            standing.found = place == nullptr ? "not listed" : place->status;
        } else if (place->session_id == session_id) {
            continue;
        } else if (binding.is_own(place->session_id)) {
            standing.astray.insert({shard});
            standing.found = place->session_id;
        } else if (is_enabled && is_host(listing, place->session_id, home)) {
            standing.hosted.insert({shard});
        } else {
            standing.taken.insert({shard});
        }
    }
    return standing;
}

std::string holder_of(const Listing& listing, std::uint32_t shard) {
    const auto& session_id = listing.find(shard)->session_id;
    return session_id.empty() ? "a webhook" : session_id;
}

std::string holders_of(const Listing& listing, const ShardSet& shards) {
    std::string text;
    std::set<std::string> named;
    for (const auto shard : shards) {
        const auto holder = holder_of(listing, shard);
        if (!named.insert(holder).second) continue;
        if (!text.empty()) text += ',';
        text += holder;
    }
    return text;
}

}  // namespace conduitd
