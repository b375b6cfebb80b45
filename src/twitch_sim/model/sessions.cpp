#include "twitch_sim/model/sessions.hpp"

#include "twitch_sim/model/frames.hpp"

#include <algorithm>

namespace twitch_sim {
namespace {

using conduitd::never;

// What the client asked for, brought to the nearest allowed value (EventSub WebSocket guide); the
// default when it did not ask, or not for a whole number.
Duration keepalive_for(const Target& target, Duration standard) {
    const auto text = target.query.find("keepalive_timeout_seconds");
    if (!text) return standard;
    const bool is_negative = text->starts_with('-');
    const auto digits = std::string_view(*text).substr(is_negative ? 1 : 0);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return standard;
    }
    // A number too large even to read is above every limit.
    const std::int64_t asked = is_negative ? 0 : parse_integer(digits).value_or(600);
    return std::chrono::seconds(std::clamp<std::int64_t>(asked, 10, 600));
}

}  // namespace

SocketId Sessions::open(const UpgradeCall& call, const Target& target, TimePoint now) {
    Socket& socket = sockets_[++last_socket_];
    socket.id = last_socket_;
    socket.origin = call.origin;
    socket.keepalive = keepalive_for(target, parts_.options.keepalive_default);
    if (const auto challenge = target.query.find("challenge")) {
        follow_reconnect(socket, target, *challenge, now);
    } else {
        start_session(socket, now);
        schedule_welcome(socket, false, now);
    }
    return socket.id;
}

void Sessions::start_session(Socket& socket, TimePoint now) {
    Session session;
    session.id = parts_.ids.make_session_id();
    session.carrier = socket.id;
    session.connected_at = parts_.clock.wall(now);
    socket.session_id = session.id;
    sessions_.emplace(session.id, std::move(session));
}

void Sessions::schedule_welcome(Socket& socket, bool is_reconnect, TimePoint now) {
    const auto fault = parts_.faults.take("", welcome_moment(is_reconnect));
    if (fault && fault->drop == Fault::Drop::before) return reset_socket(socket, now);
    if (fault && fault->drop == Fault::Drop::never) return;
    socket.ends_after_welcome = fault && fault->drop == Fault::Drop::after;
    if (fault && fault->delay > Duration::zero()) {
        socket.welcome_at = now + fault->delay;
    } else {
        welcome(socket, now);
    }
}

void Sessions::welcome(Socket& socket, TimePoint now) {
    const Session& session = sessions_.find(socket.session_id)->second;
    const SessionFacts facts{session.id, session.connected_at, socket.keepalive};
    socket.welcome_at = never;
    socket.state = SocketState::live;
    send_text(socket, make_welcome_frame(facts, parts_.ids, parts_.clock.wall(now)),
              {Unwritten::Kind::welcome}, now);
    const auto& options = parts_.options;
    if (!session.is_used) {
        const bool is_limit = options.unused_after == Switches::UnusedAfter::limit;
        socket.unused_at = now + (is_limit ? options.unused_limit : socket.keepalive);
    }
    if (options.ping_period > Duration::zero()) socket.ping_at = now + options.ping_period;
    if (options.reconnect_after) socket.reconnect_at = now + *options.reconnect_after;
}

TimePoint Sessions::deadline() const {
    TimePoint soonest = never;
    for (const auto& entry : sockets_) soonest = std::min(soonest, entry.second.deadline());
    return soonest;
}

void Sessions::on_deadline(TimePoint now) {
    for (auto& entry : sockets_) on_timers(entry.second, now);
    erase_noticed();
}

// Closing stops the timers of the socket, so that only the first reason to close counts.
void Sessions::on_timers(Socket& socket, TimePoint now) {
    if (now < socket.deadline()) return;
    if (now >= socket.reset_at) {
        socket.reset_at = never;
        socket.was_reset = true;
        parts_.outputs.emplace_back(ResetSocket{socket.id});
    }
    if (now >= socket.noticed_at) {
        socket.noticed_at = never;
        noticed_.push_back(socket.id);
        if (socket.state != SocketState::closing) {
            socket.state = SocketState::closing;
            note_end(socket, "network", 1006, now);
            leave_session(socket, ShardStatus::websocket_disconnected, now);
        }
    }
    if (now >= socket.grace_ends_at) close_socket(socket, 4004, now);
    if (now >= socket.pong_limit) close_socket(socket, 4002, now);
    if (now >= socket.unused_at) close_socket(socket, 4003, now);
    if (now >= socket.welcome_at) welcome(socket, now);
    if (now >= socket.moves_at) {
        socket.moves_at = never;
        take_over(sessions_.find(socket.session_id)->second, socket.id, now);
    }
    if (now >= socket.released_at) release_held(socket, now);
    if (now >= socket.reconnect_at) begin_reconnect(socket, std::nullopt, now);
    if (now >= socket.ping_at) send_ping(socket, now);
    if (now >= socket.keepalive_at) send_keepalive(socket, now);
}

Socket* Sessions::open_socket(SocketId id) {
    const auto found = sockets_.find(id);
    const bool is_open = found != sockets_.end() && found->second.state != SocketState::closing;
    return is_open ? &found->second : nullptr;
}

Socket* Sessions::carrier_of(std::string_view session_id) {
    const Session* const session = find(session_id);
    return session ? &sockets_.at(session->carrier) : nullptr;
}

Sessions::Session* Sessions::find(std::string_view session_id) {
    const auto found = sessions_.find(session_id);
    if (found == sessions_.end()) return nullptr;
    const bool is_live = sockets_.at(found->second.carrier).state == SocketState::live;
    return is_live ? &found->second : nullptr;
}

void Sessions::use(Session& session, std::string_view client_id) {
    session.is_used = true;
    session.client_id = client_id;
    sockets_.at(session.carrier).unused_at = never;
    if (session.successor) sockets_.at(*session.successor).unused_at = never;
}

}  // namespace twitch_sim
