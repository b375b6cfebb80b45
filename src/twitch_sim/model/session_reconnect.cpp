// The server-requested reconnect: the order on O, the challenge that N brings, and the moment at
// which the session moves.

#include "twitch_sim/model/frames.hpp"
#include "twitch_sim/model/sessions.hpp"

#include <fmt/format.h>

#include <utility>

namespace twitch_sim {

using conduitd::never;

// The socket goes on carrying the session: until a successor's welcome is written, or until the
// grace ends. A second order in that time gives a new URL, which replaces the first one, and no
// more time.
void Sessions::begin_reconnect(Socket& socket, const std::optional<std::string>& url,
                               TimePoint now) {
    socket.reconnect_at = never;
    const auto found = sessions_.find(socket.session_id);
    if (found == sessions_.end()) return;
    const Session& session = found->second;
    if (socket.grace_ends_at == never) {
        socket.grace_ends_at = now + parts_.options.reconnect_grace;
    }
    forget_challenges(session.id);
    const std::string target = url ? *url : make_reconnect_url(socket);
    const SessionFacts facts{session.id, session.connected_at, socket.keepalive};
    std::string frame = make_reconnect_frame(facts, target, parts_.ids, parts_.clock.wall(now));
    if (parts_.options.escapes == Switches::Escapes::plain) frame = with_plain_characters(frame);
    send_text(socket, std::move(frame), {Unwritten::Kind::other}, now);
}

// Real ones look like the one with a path; the one without is the guide's example.
std::string Sessions::make_reconnect_url(const Socket& socket) {
    const auto challenge = parts_.ids.make_uuid();
    challenges_.emplace(challenge, Challenge{socket.session_id, socket.grace_ends_at});
    const bool has_path = parts_.options.reconnect_path == Switches::ReconnectPath::path;
    return fmt::format("{}{}?challenge={}&id={}", socket.origin, has_path ? "/cell-a/ws" : "",
                       challenge, socket.session_id);
}

void Sessions::follow_reconnect(Socket& socket, const Target& target, const std::string& challenge,
                                TimePoint now) {
    Session* const session = take_challenge(target, challenge, now);
    if (!session) return close_socket(socket, 4007, now);

    socket.keepalive = sockets_.at(session->carrier).keepalive;
    if (parts_.options.reconnect_id == Switches::ReconnectId::fresh) {
        const auto moves_left = std::exchange(session->moves_left, 0U);
        start_session(socket, now);
        sessions_.at(socket.session_id).moves_left = moves_left;
    } else {
        const auto earlier = std::exchange(session->successor, socket.id);
        socket.session_id = session->id;
        if (earlier) close_socket(sockets_.at(*earlier), 4007, now);
    }
    schedule_welcome(socket, true, now);
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

void Sessions::on_welcome_written(Socket& socket, TimePoint now) {
    const auto session = sessions_.find(socket.session_id);
    if (session != sessions_.end() && session->second.successor == socket.id) {
        if (parts_.options.overlap > Duration::zero()) {
            socket.moves_at = now + parts_.options.overlap;
        } else {
            take_over(session->second, socket.id, now);
        }
    } else if (session != sessions_.end()) {
        order_next_move(session->second, socket, now);
    }
    if (socket.ends_after_welcome && socket.state == SocketState::live) reset_socket(socket, now);
}

void Sessions::take_over(Session& session, SocketId successor, TimePoint now) {
    Socket& from = sockets_.at(session.carrier);
    Socket& to = sockets_.at(successor);
    if (from.state == SocketState::live) release_held(from, now);
    from.unused_at = never;
    to.moves_at = never;
    session.carrier = successor;
    session.successor.reset();
    order_next_move(session, to, now);
}

void Sessions::order_next_move(Session& session, Socket& socket, TimePoint now) {
    if (session.moves_left == 0 || socket.state != SocketState::live) return;
    --session.moves_left;
    begin_reconnect(socket, std::nullopt, now);
}

}  // namespace twitch_sim
