#include "twitch_sim/model/routing.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

bool is_enabled(const Conduit& conduit, std::uint32_t id) {
    const auto found = conduit.shards.find(id);
    return found != conduit.shards.end() && found->second.status == ShardStatus::enabled;
}

}  // namespace

std::uint32_t home_shard(std::string_view broadcaster_user_id, std::uint32_t shard_count) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a, then mixed for its low bits
    for (const char c : broadcaster_user_id) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    hash = (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93ULL;
    hash ^= hash >> 32;
    return static_cast<std::uint32_t>(hash % shard_count);
}

std::optional<std::uint32_t> route(const Conduit& conduit, std::string_view broadcaster_user_id,
                                   Switches::Resend resend) {
    const std::uint32_t home = home_shard(broadcaster_user_id, conduit.shard_count);
    if (is_enabled(conduit, home)) return home;
    if (resend == Switches::Resend::none) return std::nullopt;
    const auto other = std::ranges::find_if(conduit.shards, [&conduit](const auto& entry) {
        return entry.first < conduit.shard_count && entry.second.status == ShardStatus::enabled;
    });
    return other == conduit.shards.end() ? std::nullopt : std::optional(other->first);
}

}  // namespace twitch_sim
