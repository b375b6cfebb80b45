#pragma once

#include "twitch_sim/model/shard.hpp"

#include <cstdint>
#include <string_view>

namespace twitch_sim {

// What a shard becomes when the server closes its session with that code.
[[nodiscard]] ShardStatus status_after_close(std::uint16_t code);

// The wording of the mock server in Twitch's command-line tool; informational. Empty for codes that
// are not Twitch's.
[[nodiscard]] std::string_view close_reason(std::uint16_t code);

}  // namespace twitch_sim
