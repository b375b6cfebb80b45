#pragma once

#include "twitch_sim/model/conduits.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace twitch_sim {

// The shard a channel belongs to: a hash of the broadcaster's id over the shard count, so that all
// events of a channel share a shard (conduit guide). Twitch does not publish its hash function;
// this one is stable across runs and machines. `shard_count` is at least 1.
[[nodiscard]] std::uint32_t home_shard(std::string_view broadcaster_user_id,
                                       std::uint32_t shard_count);

// The shard that gets an event of the channel: its home or, when that is not enabled, another one
// that is (the conduit guide's single resend) unless `resend` says otherwise. nullopt when the
// event is to be dropped.
[[nodiscard]] std::optional<std::uint32_t> route(const Conduit& conduit,
                                                 std::string_view broadcaster_user_id,
                                                 Switches::Resend resend);

}  // namespace twitch_sim
