#pragma once

#include "twitch_sim/model/ledger.hpp"
#include "twitch_sim/model/model.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

enum class SocketState {
    awaiting_welcome,  // upgraded; a test delays the welcome
    live,              // the welcome was sent
    closing,           // told to close, or reset: waits for its end
};

[[nodiscard]] constexpr std::string_view name_of(SocketState state) {
    switch (state) {
        case SocketState::awaiting_welcome:
            return "awaiting_welcome";
        case SocketState::live:
            return "live";
        case SocketState::closing:
            return "closing";
    }
    return "";
}

// A text message that the server half has and has not confirmed.
struct Unwritten {
    enum class Kind { welcome, other, message } kind = Kind::other;
    LedgerIndex index = 0;  // of a message
};

// Asked after each input; std::min of a list would copy them into one first.
template <class... Times>
[[nodiscard]] constexpr TimePoint soonest(TimePoint first, Times... rest) {
    ((first = std::min(first, rest)), ...);
    return first;
}

// One WebSocket of a client. Each time is `never` while its timer is off.
struct Socket {
    SocketId id{};
    std::string session_id;  // empty when there is none (4007)
    std::string origin;      // scheme and authority the client used
    Duration keepalive{};
    SocketState state = SocketState::awaiting_welcome;
    bool is_muted = false;    // keepalives are swallowed
    bool is_stalled = false;  // keepalives and messages are swallowed, pings go on
    bool is_frozen = false;   // nothing is written at all
    bool is_lost = false;     // broken without FIN, and not noticed yet: what is written is lost
    bool was_reset = false;
    bool ends_after_welcome = false;  // a fault: reset when its welcome is written
    std::deque<Unwritten> unwritten;
    std::uint64_t pings = 0;

    WireShape shape;                // of its texts
    std::uint64_t shaped_left = 0;  // so many more; 0: all of them

    // Messages held back, to be sent in reverse order once there are `holds`.
    struct Held {
        std::string text;
        LedgerIndex index;
    };
    std::vector<Held> held;
    std::size_t holds = 0;

    TimePoint welcome_at = conduitd::never;
    TimePoint unused_at = conduitd::never;     // 4003
    TimePoint keepalive_at = conduitd::never;  // after the last text message
    TimePoint ping_at = conduitd::never;
    TimePoint pong_limit = conduitd::never;     // 4002; set by the first ping not answered
    TimePoint reconnect_at = conduitd::never;   // the timed session_reconnect
    TimePoint grace_ends_at = conduitd::never;  // 4004
    TimePoint reset_at = conduitd::never;       // the close takes too long
    TimePoint moves_at = conduitd::never;       // the session moves to this socket
    TimePoint released_at = conduitd::never;    // what is held back is sent
    TimePoint noticed_at = conduitd::never;     // the loss is

    [[nodiscard]] TimePoint deadline() const {
        return soonest(welcome_at, unused_at, keepalive_at, ping_at, pong_limit, reconnect_at,
                       grace_ends_at, reset_at, moves_at, released_at, noticed_at);
    }

    void stop_timers() {
        welcome_at = unused_at = keepalive_at = ping_at = pong_limit = reconnect_at =
            grace_ends_at = reset_at = moves_at = released_at = noticed_at = conduitd::never;
    }
};

}  // namespace twitch_sim
