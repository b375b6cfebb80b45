#pragma once

#include "twitch_sim/model/model.hpp"

#include <string_view>

namespace twitch_sim {

struct World;

inline constexpr std::string_view shard_disabled_type = "conduit.shard.disabled";

// Tells matching subscriptions of each shard that left `enabled` by itself since the last call. An
// event without a broadcaster is routed by a hash of something that Twitch does not say; here of
// the id of the conduit that it is about.
void announce_disabled_shards(World& world, TimePoint now);

}  // namespace twitch_sim
