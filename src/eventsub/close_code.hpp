#pragma once

#include <cstdint>
#include <string_view>

namespace conduitd {

// Close codes of the EventSub WebSocket (EventSub WebSocket guide, "Close message").
enum class CloseCode : std::uint16_t {
    normal = 1000,
    going_away = 1001,
    abnormal = 1006,  // no close frame at all: reset, end of stream, TLS error
    // Seen of servers that are being replaced; of the IANA registry of RFC 6455.
    internal_error = 1011,
    service_restart = 1012,
    internal_server_error = 4000,
    inbound_traffic = 4001,
    failed_ping_pong = 4002,
    connection_unused = 4003,
    reconnect_grace_expired = 4004,
    network_timeout = 4005,
    network_error = 4006,
    invalid_reconnect = 4007,
};

// What a close of a session asks of us. Every one of them is answered with a fresh session when
// the shard has no other; they differ in how loudly it is said and in what a reconnect does next.
enum class CloseMeaning {
    lost,               // server fault or network: dial fresh
    our_fault,          // 4001, 4002, 4003: a bug or a stall of ours; log loudly, dial fresh
    superseded,         // 4004: harmless when the next session is bound, else dial fresh
    reconnect_refused,  // 4007: the reconnect URL is of no use any more; dial fresh
    ended,              // 1000, 1001: an orderly end; dial fresh unless we asked for it
};

[[nodiscard]] CloseMeaning meaning_of(std::uint16_t code);

// "connection unused" for 4003, …; "unknown" for a code that Twitch does not document.
[[nodiscard]] std::string_view name_of_close(std::uint16_t code);

}  // namespace conduitd
