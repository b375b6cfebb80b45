#pragma once

#include "base/url.hpp"
#include "event_queue.hpp"
#include "twitch_sim/model/model.hpp"
#include "worker/actions.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace simulation {

using conduitd::SessionKey;
using twitch_sim::SocketId;

// One run of a worker's process; a restart gets another.
using ProcessId = std::uint32_t;
using ConnectionId = std::uint32_t;

// Not a reconnect URL, which has a challenge.
[[nodiscard]] inline bool is_base(const conduitd::Url& url) {
    return url.target.find("challenge=") == std::string::npos;
}

// What tells one reconnect URL from another: a UUID. Empty when there is none in `text`.
[[nodiscard]] inline std::string challenge_in(std::string_view text) {
    constexpr std::string_view key = "challenge=";
    const auto found = text.find(key);
    return std::string(found == std::string_view::npos ? std::string_view()
                                                       : text.substr(found + key.size(), 36));
}

// One way of a connection: what is sent arrives in the order sent.
struct Path {
    Duration delay{};
    Duration jitter_max{};
    TimePoint arrived_at{};  // the last of what was sent

    [[nodiscard]] TimePoint arrival(TimePoint sent_at, Duration jitter) {
        arrived_at = std::max(arrived_at, sent_at + delay + jitter);
        return arrived_at;
    }
};

// The worker's side of a connection.
enum class NearState {
    dialing,
    open,
    closing,  // its close frame is sent; it reads on
    ended,
};

// Who ended the worker's side. It decides whether what was still on its way may be missing.
enum class NearEnd {
    none,
    peer,     // a close frame or a reset came: nothing can follow it
    worker,   // the worker gave the socket up
    timeout,  // nobody answered the worker's close frame
    process,  // the process is gone
};

// One WebSocket with the network between its ends.
struct Connection {
    ConnectionId id{};
    ProcessId process{};
    SessionKey key{};
    SocketId socket{};  // 0 until Twitch has accepted it, and when it is gone there
    TimePoint dialed_at{};
    bool is_fresh = true;      // dialled at the base URL
    std::string challenge;     // otherwise: of its URL
    bool was_refused = false;  // by an HTTP status, or with 4007
    bool was_cut = false;      // ended without a close frame
    NearState near = NearState::dialing;
    NearEnd near_end = NearEnd::none;
    Path up;
    Path down;
    bool is_welcomed = false;  // as far as the worker's side knows
    TimePoint welcomed_at{};   // likewise
    std::string session_id;    // from then on
    // When the worker closed it, it read another one that continues the same session.
    bool was_continued = false;
    bool is_black_hole = false;
    // A fault of this connection because of which messages may be lost on it; empty for none.
    std::string_view fault;
    TimePoint slow_until = TimePoint::min();  // for the last that was sent while it was slow
    TimePoint close_by = conduitd::never;     // in closing: when the worker's side gives up
    TimePoint last_read_at = conduitd::never;
    bool drops_after_welcome = false;
    // Its worker knows that it has the shard, and that nothing has come since then.
    TimePoint silent_since = conduitd::never;
};

}  // namespace simulation
