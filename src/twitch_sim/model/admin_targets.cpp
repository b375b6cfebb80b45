#include "twitch_sim/model/admin_targets.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

std::vector<std::string> sessions_of_shard(const World& world, std::uint32_t shard_id) {
    std::vector<std::string> ids;
    for (const Conduit& conduit : world.conduits.all()) {
        const auto found = conduit.shards.find(shard_id);
        if (found == conduit.shards.end() || found->second.status != ShardStatus::enabled) continue;
        ids.push_back(found->second.session_id);
    }
    return ids;
}

}  // namespace

std::vector<Rule> with_targets(std::vector<Rule> rules) {
    rules.push_back(text_rule("session"));
    rules.push_back(whole_rule("shard", 0, UINT32_MAX));
    return rules;
}

std::optional<std::vector<std::string>> targets_of(World& world, const AdminCall& call) {
    if (const auto shard = call.parameters.integer("shard")) {
        auto ids = sessions_of_shard(world, static_cast<std::uint32_t>(*shard));
        return ids.empty() ? std::nullopt : std::optional(std::move(ids));
    }
    const auto session = call.parameters.text("session");
    auto connected = world.sessions.connected();
    if (!session) return connected;
    if (connected.empty()) return std::nullopt;
    if (*session == "oldest") return std::vector{connected.front()};
    if (*session == "newest") return std::vector{connected.back()};
    if (!world.sessions.find(*session)) return std::nullopt;
    return std::vector{*session};
}

}  // namespace twitch_sim
