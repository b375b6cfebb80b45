#include "roaming_operator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace simulation {

void RoamingOperator::set_count(std::uint32_t count) {
    parts_.trace.add("operator", "the conduit is to have {} shards", count);
    parts_.twitch.call("PATCH", "/helix/eventsub/conduits", token_,
                       fmt::format(R"({{"id":"{}","shard_count":{}}})", conduit_id_, count));
    parts_.judge.on_call(std::nullopt);
}

void RoamingOperator::bind(std::uint32_t shard, const std::string& session_id) {
    parts_.trace.add("operator", "binds shard {} to {}", shard, session_id);
    parts_.twitch.call("PATCH", "/helix/eventsub/conduits/shards", token_,
                       fmt::format(R"({{"conduit_id":"{}","shards":[{{"id":"{}","transport":)"
                                   R"({{"method":"websocket","session_id":"{}"}}}}]}})",
                                   conduit_id_, shard, session_id));
    parts_.judge.on_call(std::nullopt);
}

void RoamingOperator::scale_up(Dice& dice) {
    const auto before = parts_.places.count();
    const auto after = before + static_cast<std::uint32_t>(dice.between(1, 3));
    if (after > shards_max) return;
    set_count(after);
    if (dice.chance(40)) return;
    std::vector<std::string> sessions;
    for (std::uint32_t shard = 0; shard < before; ++shard) {
        const auto place = parts_.places.find(shard);
        const bool is_known = std::ranges::count(sessions, place.session_id) > 0;
        if (place.is_enabled && !is_known) sessions.push_back(place.session_id);
    }
    if (sessions.empty()) return;
    for (auto shard = before; shard < after; ++shard) {
        bind(shard, sessions[(shard - before) % sessions.size()]);
    }
}

void RoamingOperator::scale_down() {
    const auto count = parts_.places.count();
    if (count > 1) set_count(count - 1);
}

void RoamingOperator::scale_about(Dice& dice) {
    const auto count = parts_.places.count();
    if (count < 2) return;
    const auto last = parts_.places.find(count - 1);
    if (last.is_enabled) bind(static_cast<std::uint32_t>(dice.below(count - 1)), last.session_id);
    set_count(count - 1);
}

}  // namespace simulation
