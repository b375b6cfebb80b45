#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// What a conduit.shard.disabled notification tells: Twitch has disabled a shard because its
// transport changed state (EventSub reference). It may come late, about a session that has been
// replaced since.
struct ShardDisabled {
    static constexpr std::string_view type = "conduit.shard.disabled";

    std::string conduit_id;
    std::uint32_t shard = 0;
    std::string status;
    std::string session_id;  // that the shard pointed at; empty for a webhook
};

// Nothing for a frame that does not name conduit and shard.
[[nodiscard]] std::optional<ShardDisabled> parse_shard_disabled(std::string_view frame);

}  // namespace conduitd
