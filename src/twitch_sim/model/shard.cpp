#include "twitch_sim/model/shard.hpp"

#include "base/json.hpp"
#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/words.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

struct StatusRow {
    ShardStatus status;
    std::string_view name;
};
constexpr StatusRow statuses[] = {
    {ShardStatus::enabled, "enabled"},
    {ShardStatus::webhook_callback_verification_pending, "webhook_callback_verification_pending"},
    {ShardStatus::webhook_callback_verification_failed, "webhook_callback_verification_failed"},
    {ShardStatus::notification_failures_exceeded, "notification_failures_exceeded"},
    {ShardStatus::websocket_disconnected, "websocket_disconnected"},
    {ShardStatus::websocket_failed_ping_pong, "websocket_failed_ping_pong"},
    {ShardStatus::websocket_received_inbound_traffic, "websocket_received_inbound_traffic"},
    {ShardStatus::websocket_internal_error, "websocket_internal_error"},
    {ShardStatus::websocket_network_timeout, "websocket_network_timeout"},
    {ShardStatus::websocket_network_error, "websocket_network_error"},
    {ShardStatus::websocket_failed_to_reconnect, "websocket_failed_to_reconnect"},
};

}  // namespace

std::string_view name_of(ShardStatus status) {
    return std::ranges::find(statuses, status, &StatusRow::status)->name;
}

std::optional<ShardStatus> parse_shard_status(std::string_view name) {
    const auto* const row = std::ranges::find(statuses, name, &StatusRow::name);
    return row == std::end(statuses) ? std::nullopt : std::optional(row->status);
}

std::string wire_text(std::uint32_t id, const Shard& shard, Switches::HelixTimestamps timestamps) {
    const auto time_text = [timestamps](WallTime time) {
        return timestamps == Switches::HelixTimestamps::seconds ? timestamp_seconds(time)
                                                                : conduitd::format_rfc3339(time);
    };
    std::string transport;
    if (shard.method == Shard::Method::webhook) {
        transport = R"("method":"webhook","callback":)";
        conduitd::append_json_string(transport, shard.callback);
    } else {
        transport = join({R"("method":"websocket","session_id":")", shard.session_id,
                          R"(","connected_at":")", time_text(shard.connected_at), "\""});
        if (shard.disconnected_at) {
            transport += join({R"(,"disconnected_at":")", time_text(*shard.disconnected_at), "\""});
        }
    }
    return join({R"({"id":")", std::to_string(id), R"(","status":")", name_of(shard.status),
                 R"(","transport":{)", transport, "}}"});
}

std::string unbound_wire_text(std::uint32_t id) {
    return join({R"({"id":")", std::to_string(id), R"(","status":")",
                 name_of(ShardStatus::websocket_disconnected),
                 R"(","transport":{"method":"websocket","session_id":""}})"});
}

}  // namespace twitch_sim
