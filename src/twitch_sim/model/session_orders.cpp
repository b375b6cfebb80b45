// What tests order from sessions, and what they look at.

#include "twitch_sim/model/close_code.hpp"
#include "twitch_sim/model/sessions.hpp"

#include <algorithm>

namespace twitch_sim {

using conduitd::never;

void Sessions::order_reconnect(std::string_view session_id, std::optional<std::string> url,
                               unsigned moves, TimePoint now) {
    Session* const session = find(session_id);
    if (!session) return;
    session->moves_left = moves - 1;
    begin_reconnect(sockets_.at(session->carrier), url, now);
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
    if (Socket* const socket = carrier_of(session_id)) reset_socket(*socket, now);
}

void Sessions::freeze(std::string_view session_id) {
    Socket* const socket = carrier_of(session_id);
    if (!socket || socket->is_frozen) return;
    socket->is_frozen = true;
    socket->keepalive_at = never;
    parts_.outputs.emplace_back(FreezeSocket{socket->id});
}

void Sessions::mute(std::string_view session_id, bool is_on, TimePoint now) {
    Socket* const socket = carrier_of(session_id);
    if (!socket) return;
    socket->is_muted = is_on;
    socket->keepalive_at = is_on ? never : now + socket->keepalive;
}

void Sessions::stall(std::string_view session_id, bool is_on, TimePoint now) {
    Socket* const socket = carrier_of(session_id);
    if (!socket) return;
    socket->is_stalled = is_on;
    socket->keepalive_at = is_on ? never : now + socket->keepalive;
}

void Sessions::reorder(std::string_view session_id, std::size_t count, TimePoint now) {
    Socket* const socket = carrier_of(session_id);
    if (!socket) return;
    release_held(*socket, now);
    socket->holds = count;
    socket->released_at = now + hold_limit;
}

void Sessions::shape(std::string_view session_id, WireShape shape, std::uint64_t times) {
    Socket* const socket = carrier_of(session_id);
    if (!socket) return;
    socket->shape = shape;
    socket->shaped_left = times;
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

std::vector<SocketId> Sessions::live_sockets(std::string_view session_id) const {
    std::vector<SocketId> ids;
    for (const auto& entry : sockets_) {
        const Socket& socket = entry.second;
        if (socket.session_id == session_id && socket.state == SocketState::live) {
            ids.push_back(socket.id);
        }
    }
    return ids;
}

}  // namespace twitch_sim
