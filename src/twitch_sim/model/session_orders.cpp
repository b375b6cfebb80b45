// What tests order from sessions, and what they look at; how a session lives stands in
// sessions.cpp.

#include "twitch_sim/model/close_code.hpp"
#include "twitch_sim/model/sessions.hpp"

#include <algorithm>

namespace twitch_sim {

void Sessions::order_reconnect(std::string_view session_id, std::optional<std::string> url,
                               TimePoint now) {
    if (Socket* const socket = carrier_of(session_id)) begin_reconnect(*socket, url, now);
}

void Sessions::send_raw(std::string_view session_id, std::string text, TimePoint now) {
    Socket* const socket = carrier_of(session_id);
    if (socket) send_text(*socket, std::move(text), {Unwritten::Kind::other}, now);
}

void Sessions::close(std::string_view session_id, std::uint16_t code,
                     const std::optional<std::string>& reason, TimePoint now) {
    Socket* const socket = carrier_of(session_id);
    if (socket) close_socket(*socket, code, reason ? *reason : close_reason(code), now);
}

void Sessions::reset(std::string_view session_id, TimePoint now) {
    Socket* const socket = carrier_of(session_id);
    if (!socket) return;
    socket->state = SocketState::closing;
    socket->was_reset = true;
    socket->stop_timers();
    note_end(*socket, "network", 1006, now);
    parts_.outputs.emplace_back(ResetSocket{socket->id});
    leave_session(*socket, ShardStatus::websocket_disconnected, now);
}

void Sessions::freeze(std::string_view session_id) {
    Socket* const socket = carrier_of(session_id);
    if (!socket || socket->is_frozen) return;
    socket->is_frozen = true;
    socket->keepalive_at = conduitd::never;
    parts_.outputs.emplace_back(FreezeSocket{socket->id});
}

void Sessions::mute(std::string_view session_id) {
    Socket* const socket = carrier_of(session_id);
    if (!socket) return;
    socket->is_muted = true;
    socket->keepalive_at = conduitd::never;
}

std::vector<std::string> Sessions::connected() const {
    std::vector<const Session*> live;
    for (const auto& entry : sessions_) {
        if (sockets_.at(entry.second.carrier).state == SocketState::live) {
            live.push_back(&entry.second);
        }
    }
    std::ranges::sort(live, {}, &Session::carrier);
    std::vector<std::string> ids;
    for (const Session* const session : live) ids.push_back(session->id);
    return ids;
}

}  // namespace twitch_sim
