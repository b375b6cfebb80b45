#pragma once

#include "twitch_sim/model/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {

// Twitch's words for the state of a shard (Twitch API reference, "Get Conduit Shards").
enum class ShardStatus {
    enabled,
    webhook_callback_verification_pending,
    webhook_callback_verification_failed,
    notification_failures_exceeded,
    websocket_disconnected,              // the client closed, or its TCP connection ended
    websocket_failed_ping_pong,          // 4002
    websocket_received_inbound_traffic,  // 4001
    websocket_internal_error,            // 4000
    websocket_network_timeout,           // 4005
    websocket_network_error,             // 4006
    websocket_failed_to_reconnect,       // 4004
};

[[nodiscard]] std::string_view name_of(ShardStatus status);
[[nodiscard]] std::optional<ShardStatus> parse_shard_status(std::string_view name);

// A shard that was given a transport at least once.
struct Shard {
    enum class Method { websocket, webhook };
    Method method = Method::websocket;
    ShardStatus status = ShardStatus::enabled;
    std::string session_id;                   // websocket
    std::string previous_session_id;          // what it pointed at before; may still be connected
    WallTime connected_at{};                  // websocket
    std::optional<WallTime> disconnected_at;  // websocket, once it is
    std::string callback;                     // webhook
};

// Its object in Helix answers. The secret of a webhook is never shown.
[[nodiscard]] std::string wire_text(std::uint32_t id, const Shard& shard,
                                    Switches::HelixTimestamps timestamps);

// A shard that never had a transport, where those are listed. Nobody has seen one; this is what a
// shard looks like whose session is gone.
[[nodiscard]] std::string unbound_wire_text(std::uint32_t id);

}  // namespace twitch_sim
