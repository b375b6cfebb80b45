// How sockets end, and what that does to the session and its shards.

#include "twitch_sim/model/close_code.hpp"
#include "twitch_sim/model/sessions.hpp"

#include <algorithm>

namespace twitch_sim {

using conduitd::never;

void Sessions::on_data_frame(SocketId id, TimePoint now) {
    if (Socket* const socket = open_socket(id)) close_socket(*socket, 4001, now);
}

// The documentation allows clients only pongs, yet libraries that ping have been seen unharmed.
void Sessions::on_ping(SocketId id, TimePoint now) {
    if (parts_.options.client_ping == Switches::ClientPing::closed) on_data_frame(id, now);
}

void Sessions::on_pong(SocketId id) {
    if (Socket* const socket = open_socket(id)) socket->pong_limit = never;
}

void Sessions::on_write_stalled(SocketId id, TimePoint now) {
    if (Socket* const socket = open_socket(id)) close_socket(*socket, 4005, now);
}

void Sessions::on_client_close(SocketId id, std::uint16_t code, TimePoint now) {
    Socket* const socket = open_socket(id);
    if (!socket) return;
    if (socket->state == SocketState::live) release_held(*socket, now);
    socket->state = SocketState::closing;
    socket->stop_timers();
    socket->reset_at = now + close_limit;
    note_end(*socket, "client", code, now);
    leave_session(*socket, ShardStatus::websocket_disconnected, now);
}

void Sessions::on_gone(SocketId id, TimePoint now) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end()) return;
    Socket& socket = found->second;
    if (socket.state != SocketState::closing) {
        socket.state = SocketState::closing;
        note_end(socket, "network", 1006, now);
        leave_session(socket, ShardStatus::websocket_disconnected, now);
    }
    settle_unwritten(socket);
    sockets_.erase(found);
}

// Nothing tells the server, so the session goes on: with pings that nobody answers, which is not
// what it is found out by (about a minute was reported).
void Sessions::on_lost(SocketId id, TimePoint now) {
    Socket* const socket = open_socket(id);
    const bool is_noticed_at_once = parts_.options.loss_noticed_after == Duration::zero();
    if (!socket || is_noticed_at_once || socket->state != SocketState::live) {
        return on_gone(id, now);
    }
    settle_unwritten(*socket);
    socket->is_lost = true;
    socket->keepalive_at = socket->ping_at = socket->pong_limit = never;
    socket->noticed_at = now + parts_.options.loss_noticed_after;
    release_held(*socket, now);
}

void Sessions::settle_unwritten(Socket& socket) {
    const auto reason = socket.was_reset ? LossReason::socket_reset : LossReason::socket_ended;
    for (const Unwritten& unwritten : socket.unwritten) {
        if (unwritten.kind == Unwritten::Kind::message) {
            parts_.ledger.on_lost(unwritten.index, reason);
        }
    }
    for (const Socket::Held& held : socket.held) parts_.ledger.on_lost(held.index, reason);
    socket.unwritten.clear();
    socket.held.clear();
}

void Sessions::erase_noticed() {
    for (const SocketId id : noticed_) {
        const auto found = sockets_.find(id);
        if (found == sockets_.end()) continue;
        settle_unwritten(found->second);
        sockets_.erase(found);
    }
    noticed_.clear();
}

void Sessions::close_socket(Socket& socket, std::uint16_t code, TimePoint now) {
    close_socket(socket, code, close_reason(code), now);
}

void Sessions::close_socket(Socket& socket, std::uint16_t code, std::string_view reason,
                            TimePoint now) {
    if (socket.state == SocketState::live) release_held(socket, now);
    socket.state = SocketState::closing;
    socket.stop_timers();
    note_end(socket, "server", code, now);
    if (socket.is_lost) {
        socket.noticed_at = now;
    } else if (socket.is_frozen) {
        socket.was_reset = true;
        parts_.outputs.emplace_back(ResetSocket{socket.id});
    } else {
        socket.reset_at = now + close_limit;
        parts_.outputs.emplace_back(SendClose{socket.id, code, std::string(reason)});
    }
    leave_session(socket, status_after_close(code), now);
}

void Sessions::reset_socket(Socket& socket, TimePoint now) {
    socket.state = SocketState::closing;
    socket.was_reset = true;
    socket.stop_timers();
    if (socket.is_lost) socket.noticed_at = now;
    note_end(socket, "network", 1006, now);
    parts_.outputs.emplace_back(ResetSocket{socket.id});
    leave_session(socket, ShardStatus::websocket_disconnected, now);
}

// The socket carries nothing from now on. Its session goes on with a successor that was welcomed,
// and otherwise ends. A client that closes O right after N's welcome may be heard before the
// welcome is confirmed as written, hence "was welcomed" and not "has taken over".
void Sessions::leave_session(const Socket& socket, ShardStatus status, TimePoint now) {
    const auto found = sessions_.find(socket.session_id);
    if (found == sessions_.end()) return;
    Session& session = found->second;
    if (session.successor == socket.id) session.successor.reset();
    if (session.carrier != socket.id) return;
    if (session.successor && sockets_.at(*session.successor).state == SocketState::live) {
        take_over(session, *session.successor, now);
    } else {
        end_session(session.id, status, now);
    }
}

// By value: the text would otherwise go with the session.
void Sessions::end_session(std::string session_id, ShardStatus status, TimePoint now) {
    const auto successor = sessions_.find(session_id)->second.successor;
    sessions_.erase(session_id);
    forget_challenges(session_id);
    if (successor) close_socket(sockets_.at(*successor), 4007, now);
    parts_.conduits.on_session_end(session_id, status, parts_.clock.wall(now), now);
}

void Sessions::note_end(const Socket& socket, std::string_view by, std::uint16_t code,
                        TimePoint now) {
    if (ended_.size() >= ended_max) ended_.pop_front();
    ended_.push_back({socket.id, socket.session_id, std::string(by), code, parts_.clock.wall(now)});
}

ShardStatus Sessions::status_after_end(std::string_view session_id) const {
    const auto found = std::find_if(ended_.rbegin(), ended_.rend(),
                                    [&](const Ended& end) { return end.session_id == session_id; });
    const bool is_ours = found != ended_.rend() && found->by == "server";
    return is_ours ? status_after_close(found->code) : ShardStatus::websocket_disconnected;
}

}  // namespace twitch_sim
