#pragma once

#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

#include <optional>
#include <string>
#include <vector>

namespace twitch_sim {

// The rules of an order to sessions: its own, and those that say to which.
[[nodiscard]] std::vector<Rule> with_targets(std::vector<Rule> rules);

// The sessions that an order is for: that of "session" (an id, `newest` or `oldest`), or those that
// shard "shard" of any conduit points to, or all that are connected. nullopt when the one that is
// named is not.
[[nodiscard]] std::optional<std::vector<std::string>> targets_of(World& world,
                                                                 const AdminCall& call);

// Gives the order to each target and answers their ids.
template <class Order>
HttpAnswer give(World& world, const AdminCall& call, Order order) {
    const auto targets = targets_of(world, call);
    if (!targets) return make_helix_error(404, "`session` is not connected");
    boost::json::array named;
    for (const auto& id : *targets) {
        order(id);
        named.emplace_back(id);
    }
    return make_json_answer(200, boost::json::object{{"sessions", std::move(named)}});
}

}  // namespace twitch_sim
