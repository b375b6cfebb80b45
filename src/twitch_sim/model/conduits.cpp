#include "twitch_sim/model/conduits.hpp"

#include <algorithm>
#include <utility>

namespace twitch_sim {

void Conduit::bind(std::uint32_t shard_id, Shard shard) {
    const auto found = shards.find(shard_id);
    if (found != shards.end()) {
        const Shard& earlier = found->second;
        const bool is_same = earlier.session_id == shard.session_id;
        shard.previous_session_id = is_same ? earlier.previous_session_id : earlier.session_id;
    }
    shards.insert_or_assign(shard_id, std::move(shard));
    was_bound = true;
}

void Conduit::resize(std::uint32_t count, Switches::Shrink shrink) {
    shard_count = count;
    if (shrink == Switches::Shrink::remove) shards.erase(shards.lower_bound(count), shards.end());
}

bool Conduit::has_enabled_shard() const {
    return std::ranges::any_of(shards, [this](const auto& entry) {
        return entry.first < shard_count && entry.second.status == ShardStatus::enabled;
    });
}

Conduit& Conduits::create(std::string_view client_id, std::uint32_t shard_count, TimePoint now) {
    Conduit conduit;
    conduit.id = ids_.make_uuid();
    conduit.client_id = client_id;
    conduit.shard_count = shard_count;
    on_change(conduit, now);
    return conduits_.emplace_back(std::move(conduit));
}

Conduit* Conduits::find(std::string_view id, std::string_view client_id) {
    const auto found = std::ranges::find_if(conduits_, [&](const Conduit& conduit) {
        return conduit.id == id && conduit.client_id == client_id;
    });
    return found == conduits_.end() ? nullptr : &*found;
}

const Conduit* Conduits::find(std::string_view id) const {
    const auto found = std::ranges::find(conduits_, id, &Conduit::id);
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

void Conduits::on_change(Conduit& conduit, TimePoint now) const {
    if (conduit.has_enabled_shard()) {
        conduit.expires_at = conduitd::never;
    } else if (conduit.expires_at == conduitd::never) {
        conduit.expires_at = now + limit_;
    }
}

void Conduits::on_session_end(std::string_view session_id, ShardStatus status, WallTime at,
                              TimePoint now) {
    for (Conduit& conduit : conduits_) {
        for (auto& entry : conduit.shards) {
            Shard& shard = entry.second;
            const bool points_here = shard.method == Shard::Method::websocket &&
                                     shard.status == ShardStatus::enabled &&
                                     shard.session_id == session_id;
            if (!points_here) continue;
            shard.status = status;
            shard.disconnected_at = at;
            disabled_.push_back({conduit.id, conduit.client_id, entry.first, shard});
        }
        on_change(conduit, now);
    }
}

std::vector<DisabledShard> Conduits::take_disabled() {
    return std::exchange(disabled_, {});
}

TimePoint Conduits::deadline() const {
    TimePoint soonest = conduitd::never;
    for (const Conduit& conduit : conduits_) soonest = std::min(soonest, conduit.expires_at);
    return soonest;
}

std::vector<std::string> Conduits::take_expired(TimePoint now) {
    std::vector<std::string> ids;
    for (const Conduit& conduit : conduits_) {
        if (conduit.expires_at <= now) ids.push_back(conduit.id);
    }
    if (!ids.empty()) {
        std::erase_if(conduits_,
                      [now](const Conduit& conduit) { return conduit.expires_at <= now; });
    }
    return ids;
}

}  // namespace twitch_sim
