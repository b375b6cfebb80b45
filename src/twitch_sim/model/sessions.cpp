#include "twitch_sim/model/sessions.hpp"

#include "base/ensure.hpp"
#include "twitch_sim/model/close_code.hpp"
#include "twitch_sim/model/frames.hpp"

#include <fmt/format.h>

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
        schedule_welcome(socket, now);
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

void Sessions::follow_reconnect(Socket& socket, const Target& target, const std::string& challenge,
                                TimePoint now) {
    Session* const session = take_challenge(target, challenge, now);
    if (!session) return close_socket(socket, 4007, close_reason(4007), now);

    socket.keepalive = sockets_.at(session->carrier).keepalive;
    if (parts_.options.reconnect_id == ModelOptions::ReconnectId::fresh) {
        start_session(socket, now);
    } else {
        const auto earlier = std::exchange(session->successor, socket.id);
        socket.session_id = session->id;
        if (earlier) close_socket(sockets_.at(*earlier), 4007, close_reason(4007), now);
    }
    schedule_welcome(socket, now);
}

// A challenge works once, until it lapses, for the session it was made for, while that session is
// still connected: closing O before N is up breaks the reconnect (observed).
Sessions::Session* Sessions::take_challenge(const Target& target, const std::string& challenge,
                                            TimePoint now) {
    const auto found = challenges_.find(challenge);
    if (found == challenges_.end()) return nullptr;
    const Challenge taken = found->second;
    forget_challenges(taken.session_id);
    if (now > taken.lapses_at || target.query.find("id") != taken.session_id) return nullptr;
    return find(taken.session_id);
}

void Sessions::forget_challenges(std::string_view session_id) {
    std::erase_if(challenges_,
                  [&](const auto& entry) { return entry.second.session_id == session_id; });
}

void Sessions::schedule_welcome(Socket& socket, TimePoint now) {
    const auto fault = parts_.faults.take("", "welcome");
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
    if (!session.is_used) socket.unused_at = now + parts_.options.unused_limit;
    if (parts_.options.ping_period > Duration::zero()) {
        socket.ping_at = now + parts_.options.ping_period;
    }
    if (parts_.options.reconnect_after) socket.reconnect_at = now + *parts_.options.reconnect_after;
}

void Sessions::send_text(Socket& socket, std::string text, Unwritten what, TimePoint now) {
    if (socket.is_frozen) {
        if (what.kind == Unwritten::Kind::message) {
            parts_.ledger.on_lost(what.index, LossReason::socket_frozen);
        }
        return;
    }
    socket.unwritten.push_back(what);
    socket.keepalive_at = socket.is_muted ? never : now + socket.keepalive;
    parts_.outputs.emplace_back(SendText{socket.id, std::move(text)});
}

void Sessions::send_keepalive(Socket& socket, TimePoint now) {
    socket.keepalive_at = never;
    send_text(socket, make_keepalive_frame(parts_.ids, parts_.clock.wall(now)),
              {Unwritten::Kind::other}, now);
}

// Every other ping has a payload: clients are to echo it either way.
void Sessions::send_ping(Socket& socket, TimePoint now) {
    socket.ping_at = now + parts_.options.ping_period;
    if (socket.pong_limit == never) socket.pong_limit = now + parts_.options.pong_limit;
    ++socket.pings;
    if (socket.is_frozen) return;
    std::string payload = socket.pings % 2 == 0 ? fmt::format("ping {}", socket.pings) : "";
    parts_.outputs.emplace_back(SendPing{socket.id, std::move(payload)});
}

void Sessions::send_message(const Session& session, std::string text, LedgerIndex index,
                            TimePoint now) {
    Socket& socket = sockets_.at(session.carrier);
    if (socket.is_muted) {
        parts_.ledger.on_lost(index, LossReason::socket_muted);
    } else {
        send_text(socket, std::move(text), {Unwritten::Kind::message, index}, now);
    }
}

void Sessions::on_written(SocketId id, TimePoint) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end()) return;
    Socket& socket = found->second;
    conduitd::ensure(!socket.unwritten.empty(), "only what was sent is written");
    const Unwritten written = socket.unwritten.front();
    socket.unwritten.pop_front();
    if (written.kind == Unwritten::Kind::message) parts_.ledger.on_sent(written.index);
    if (written.kind != Unwritten::Kind::welcome) return;
    const auto session = sessions_.find(socket.session_id);
    if (session != sessions_.end() && session->second.successor == id) {
        take_over(session->second, id);
    }
}

void Sessions::take_over(Session& session, SocketId successor) {
    sockets_.at(session.carrier).unused_at = never;
    session.carrier = successor;
    session.successor.reset();
}

void Sessions::on_data_frame(SocketId id, TimePoint now) {
    if (Socket* const socket = open_socket(id))
        close_socket(*socket, 4001, close_reason(4001), now);
}

void Sessions::on_pong(SocketId id) {
    if (Socket* const socket = open_socket(id)) socket->pong_limit = never;
}

void Sessions::on_write_stalled(SocketId id, TimePoint now) {
    if (Socket* const socket = open_socket(id))
        close_socket(*socket, 4005, close_reason(4005), now);
}

void Sessions::on_client_close(SocketId id, std::uint16_t code, TimePoint now) {
    Socket* const socket = open_socket(id);
    if (!socket) return;
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
    const auto reason = socket.was_reset ? LossReason::socket_reset : LossReason::socket_ended;
    for (const Unwritten& unwritten : socket.unwritten) {
        if (unwritten.kind == Unwritten::Kind::message) {
            parts_.ledger.on_lost(unwritten.index, reason);
        }
    }
    sockets_.erase(found);
}

void Sessions::close_socket(Socket& socket, std::uint16_t code, std::string_view reason,
                            TimePoint now) {
    socket.state = SocketState::closing;
    socket.stop_timers();
    note_end(socket, "server", code, now);
    if (socket.is_frozen) {
        socket.was_reset = true;
        parts_.outputs.emplace_back(ResetSocket{socket.id});
    } else {
        socket.reset_at = now + close_limit;
        parts_.outputs.emplace_back(SendClose{socket.id, code, std::string(reason)});
    }
    leave_session(socket, status_after_close(code), now);
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
        take_over(session, *session.successor);
    } else {
        end_session(session.id, status, now);
    }
}

// By value: the text would otherwise go with the session.
void Sessions::end_session(std::string session_id, ShardStatus status, TimePoint now) {
    const auto successor = sessions_.find(session_id)->second.successor;
    sessions_.erase(session_id);
    forget_challenges(session_id);
    if (successor) close_socket(sockets_.at(*successor), 4007, close_reason(4007), now);
    parts_.conduits.on_session_end(session_id, status, parts_.clock.wall(now));
}

void Sessions::note_end(const Socket& socket, std::string_view by, std::uint16_t code,
                        TimePoint now) {
    if (ended_.size() >= ended_max) ended_.pop_front();
    ended_.push_back({socket.id, socket.session_id, std::string(by), code, parts_.clock.wall(now)});
}

TimePoint Sessions::deadline() const {
    TimePoint soonest = never;
    for (const auto& entry : sockets_) soonest = std::min(soonest, entry.second.deadline());
    return soonest;
}

void Sessions::on_deadline(TimePoint now) {
    for (auto& entry : sockets_) on_timers(entry.second, now);
}

// Closing stops the timers of the socket, so that only the first reason to close counts.
void Sessions::on_timers(Socket& socket, TimePoint now) {
    if (now >= socket.reset_at) {
        socket.reset_at = never;
        socket.was_reset = true;
        parts_.outputs.emplace_back(ResetSocket{socket.id});
    }
    if (now >= socket.grace_ends_at) close_socket(socket, 4004, close_reason(4004), now);
    if (now >= socket.pong_limit) close_socket(socket, 4002, close_reason(4002), now);
    if (now >= socket.unused_at) close_socket(socket, 4003, close_reason(4003), now);
    if (now >= socket.welcome_at) welcome(socket, now);
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

// The socket goes on carrying the session: until a successor's welcome is written, or until the
// grace ends.
void Sessions::begin_reconnect(Socket& socket, const std::optional<std::string>& url,
                               TimePoint now) {
    const Session& session = sessions_.find(socket.session_id)->second;
    socket.reconnect_at = never;
    socket.grace_ends_at = now + parts_.options.reconnect_grace;
    std::string target;
    if (url) {
        target = *url;
    } else {
        const auto challenge = parts_.ids.make_uuid();
        challenges_.emplace(challenge, Challenge{session.id, socket.grace_ends_at});
        target =
            fmt::format("{}/cell-a/ws?challenge={}&id={}", socket.origin, challenge, session.id);
    }
    const SessionFacts facts{session.id, session.connected_at, socket.keepalive};
    send_text(socket, make_reconnect_frame(facts, target, parts_.ids, parts_.clock.wall(now)),
              {Unwritten::Kind::other}, now);
}

}  // namespace twitch_sim
