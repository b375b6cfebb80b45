#include "twitch_sim/model/conduits.hpp"

#include <algorithm>

namespace twitch_sim {

void Conduit::bind(std::uint32_t shard_id, Shard shard) {
    shards.insert_or_assign(shard_id, std::move(shard));
    was_bound = true;
}

void Conduit::resize(std::uint32_t count) {
    shard_count = count;
    shards.erase(shards.lower_bound(count), shards.end());
}

Conduit& Conduits::create(std::string_view client_id, std::uint32_t shard_count) {
    Conduit conduit;
    conduit.id = ids_.make_uuid();
    conduit.client_id = client_id;
    conduit.shard_count = shard_count;
    return conduits_.emplace_back(std::move(conduit));
}

Conduit* Conduits::find(std::string_view id, std::string_view client_id) {
    const auto found = std::ranges::find_if(conduits_, [&](const Conduit& conduit) {
        return conduit.id == id && conduit.client_id == client_id;
    });
    return found == conduits_.end() ? nullptr : &*found;
}

bool Conduits::remove(std::string_view id, std::string_view client_id) {
    return std::erase_if(conduits_, [&](const Conduit& conduit) {
               return conduit.id == id && conduit.client_id == client_id;
           }) > 0;
}

std::size_t Conduits::count_of(std::string_view client_id) const {
    return static_cast<std::size_t>(std::ranges::count(conduits_, client_id, &Conduit::client_id));
}

bool Conduits::is_bound(std::string_view session_id) const {
    return std::ranges::any_of(conduits_, [&](const Conduit& conduit) {
        return std::ranges::any_of(conduit.shards, [&](const auto& entry) {
            return entry.second.status == ShardStatus::enabled &&
                   entry.second.session_id == session_id;
        });
    });
}

void Conduits::on_session_end(std::string_view session_id, ShardStatus status, WallTime at) {
    for (Conduit& conduit : conduits_) {
        for (auto& entry : conduit.shards) {
            Shard& shard = entry.second;
            const bool points_here = shard.method == Shard::Method::websocket &&
                                     shard.status == ShardStatus::enabled &&
                                     shard.session_id == session_id;
            if (!points_here) continue;
            shard.status = status;
            shard.disconnected_at = at;
        }
    }
}

}  // namespace twitch_sim
