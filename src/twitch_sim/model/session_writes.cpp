// What is written to a session's socket, and when it is known to be.

#include "base/ensure.hpp"
#include "twitch_sim/model/frames.hpp"
#include "twitch_sim/model/sessions.hpp"

#include <fmt/format.h>

#include <utility>

namespace twitch_sim {

using conduitd::never;

void Sessions::send_text(Socket& socket, std::string text, Unwritten what, TimePoint now) {
    if (socket.is_frozen || socket.is_lost) {
        if (what.kind == Unwritten::Kind::message) {
            const auto reason =
                socket.is_lost ? LossReason::socket_ended : LossReason::socket_frozen;
            parts_.ledger.on_lost(what.index, reason);
        }
        return;
    }
    socket.unwritten.push_back(what);
    if (what.kind == Unwritten::Kind::message) parts_.ledger.on_queued(what.index);
    const bool is_silent = socket.is_muted || socket.is_stalled;
    socket.keepalive_at = is_silent ? never : now + socket.keepalive;
    parts_.outputs.emplace_back(SendText{socket.id, std::move(text), take_shape(socket)});
}

WireShape Sessions::take_shape(Socket& socket) {
    const WireShape shape = socket.shape;
    if (socket.shaped_left > 0 && --socket.shaped_left == 0) socket.shape = {};
    return shape;
}

void Sessions::send_message(const Session& session, std::string text, LedgerIndex index,
                            TimePoint now) {
    send_message(sockets_.at(session.carrier), std::move(text), index, now);
}

void Sessions::send_message_to(SocketId id, std::string text, LedgerIndex index, TimePoint now) {
    send_message(sockets_.at(id), std::move(text), index, now);
}

void Sessions::send_message(Socket& socket, std::string text, LedgerIndex index, TimePoint now) {
    if (socket.is_stalled) {
        parts_.ledger.on_lost(index, LossReason::socket_stalled);
    } else if (socket.holds > 0) {
        socket.held.push_back({std::move(text), index});
        if (socket.held.size() >= socket.holds) release_held(socket, now);
    } else {
        send_text(socket, std::move(text), {Unwritten::Kind::message, index}, now);
    }
}

void Sessions::release_held(Socket& socket, TimePoint now) {
    socket.holds = 0;
    socket.released_at = never;
    auto held = std::exchange(socket.held, {});
    for (auto message = held.rbegin(); message != held.rend(); ++message) {
        send_text(socket, std::move(message->text), {Unwritten::Kind::message, message->index},
                  now);
    }
}

void Sessions::send_keepalive(Socket& socket, TimePoint now) {
    socket.keepalive_at = never;
    send_text(socket, make_keepalive_frame(parts_.ids, parts_.clock.wall(now)),
              {Unwritten::Kind::other}, now);
}

// Clients are to echo the payload, if there is one.
void Sessions::send_ping(Socket& socket, TimePoint now) {
    const auto& options = parts_.options;
    if (options.ping_period == Duration::zero()) {
        socket.ping_at = never;
        return;
    }
    socket.ping_at = now + options.ping_period;
    if (socket.pong_limit == never) socket.pong_limit = now + options.pong_limit;
    ++socket.pings;
    if (socket.is_frozen) return;
    const bool is_empty = options.ping_payload == Switches::PingPayload::alternating
                              ? socket.pings % 2 == 1
                              : options.ping_payload == Switches::PingPayload::empty;
    parts_.outputs.emplace_back(
        SendPing{socket.id, is_empty ? "" : fmt::format("ping {}", socket.pings)});
}

void Sessions::on_written(SocketId id, TimePoint now) {
    const auto found = sockets_.find(id);
    if (found == sockets_.end()) return;
    Socket& socket = found->second;
    conduitd::ensure(!socket.unwritten.empty(), "only what was sent is written");
    const Unwritten written = socket.unwritten.front();
    socket.unwritten.pop_front();
    if (written.kind == Unwritten::Kind::message) parts_.ledger.on_sent(written.index);
    if (written.kind == Unwritten::Kind::welcome) on_welcome_written(socket, now);
}

}  // namespace twitch_sim
