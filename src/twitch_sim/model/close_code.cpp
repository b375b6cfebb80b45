#include "twitch_sim/model/close_code.hpp"

namespace twitch_sim {

ShardStatus status_after_close(std::uint16_t code) {
    switch (code) {
        case 4000:
        case 1011:
        case 1012:
            return ShardStatus::websocket_internal_error;
        case 4001:
            return ShardStatus::websocket_received_inbound_traffic;
        case 4002:
            return ShardStatus::websocket_failed_ping_pong;
        case 4004:
            return ShardStatus::websocket_failed_to_reconnect;
        case 4005:
            return ShardStatus::websocket_network_timeout;
        case 4006:
            return ShardStatus::websocket_network_error;
        default:
            return ShardStatus::websocket_disconnected;
    }
}

std::string_view close_reason(std::uint16_t code) {
    switch (code) {
        case 4000:
            return "internal server error";
        case 4001:
            return "sent inbound traffic";
        case 4002:
            return "failed ping pong";
        case 4003:
            return "connection unused";
        case 4004:
            return "client reconnect grace time expired";
        case 4005:
            return "network timeout";
        case 4006:
            return "network error";
        case 4007:
            return "invalid reconnect attempt";
        default:
            return "";
    }
}

}  // namespace twitch_sim
