#include "roaming_places.hpp"

#include "twitch_sim/model/world.hpp"

namespace simulation {
namespace {

const twitch_sim::Conduit& only_conduit(const Twitch& twitch) {
    return twitch.world().conduits.all().front();
}

bool points_at(const twitch_sim::Shard& shard, const std::string& session_id) {
    return shard.status == twitch_sim::ShardStatus::enabled && shard.session_id == session_id;
}

}  // namespace

std::uint32_t RoamingPlaces::count() const {
    return only_conduit(twitch_).shard_count;
}

Place RoamingPlaces::find(std::uint32_t shard) const {
    const auto& shards = only_conduit(twitch_).shards;
    const auto found = shards.find(shard);
    if (found == shards.end()) return {};
    Place place{found->second.session_id, found->second.status == twitch_sim::ShardStatus::enabled,
                std::nullopt, false};
    const auto& sessions = twitch_.world().sessions.all();
    const auto session = sessions.find(place.session_id);
    if (session == sessions.end()) return place;
    // The socket that the session is moving to counts as well.
    const auto successor = session->second.successor.value_or(0);
    place.process = sockets_.process_of(session->second.carrier);
    if (!place.process) return place;
    const bool is_there = fleet_.find(*place.process) != nullptr;
    place.is_read = is_there && (sockets_.is_read_by(session->second.carrier, *place.process) ||
                                 sockets_.is_read_by(successor, *place.process));
    return place;
}

unsigned RoamingPlaces::carried_by(const std::string& session_id) const {
    const auto& conduit = only_conduit(twitch_);
    unsigned count = 0;
    for (const auto& [id, shard] : conduit.shards) {
        if (id < conduit.shard_count && points_at(shard, session_id)) ++count;
    }
    return count;
}

std::uint32_t RoamingPlaces::lowest_of(const std::string& session_id) const {
    const auto& conduit = only_conduit(twitch_);
    for (const auto& [id, shard] : conduit.shards) {
        if (points_at(shard, session_id)) return id;
    }
    return conduit.shard_count;
}

}  // namespace simulation
