// Messages that come more than once: delivery.cpp has their first way out.

#include "twitch_sim/model/delivery.hpp"
#include "twitch_sim/model/routing.hpp"

#include <algorithm>

namespace twitch_sim {

bool Delivery::repeat(std::string_view message_id, CopyTo where, TimePoint now) {
    const auto id = parse_message_id(message_id);
    const auto message = id ? std::ranges::find(recent_, *id, &Recent::id) : recent_.end();
    if (message == recent_.end() || !parts_.conduits.find(message->conduit_id)) return false;
    send_copy(*message, where, now);
    return true;
}

void Delivery::repeat_some(const Recent& message, TimePoint now) {
    if (--until_repeat_ > 0) return;
    until_repeat_ = repeats_.every;
    if (repeats_.delay == Duration::zero()) {
        send_copy(message, repeats_.where, now);
    } else {
        const auto task = [this, message, where = repeats_.where](TimePoint at) {
            send_copy(message, where, at);
        };
        static_cast<void>(parts_.agenda.add(now + repeats_.delay, task));
    }
}

void Delivery::send_copy(const Recent& message, CopyTo where, TimePoint now) {
    const Conduit* const conduit = parts_.conduits.find(message.conduit_id);
    if (!conduit) return;
    const auto shard_id = route(*conduit, message.key, parts_.options.resend);
    if (!shard_id) {
        const auto index = enter(*conduit, message, std::nullopt, "", true, now);
        return parts_.ledger.on_dropped(index, LossReason::no_shard_enabled);
    }
    for (const SocketId socket : sockets_for(conduit->shards.at(*shard_id), where)) {
        const auto& session_id = parts_.sessions.sockets().at(socket).session_id;
        const auto index = enter(*conduit, message, shard_id, session_id, true, now);
        parts_.sessions.send_message_to(socket, message.text, index, now);
    }
}

std::vector<SocketId> Delivery::sockets_for(const Shard& shard, CopyTo where) {
    if (where == CopyTo::shard) {
        const Sessions::Session* const session = parts_.sessions.find(shard.session_id);
        return session ? std::vector{session->carrier} : std::vector<SocketId>();
    }
    auto sockets = parts_.sessions.live_sockets(shard.session_id);
    if (shard.previous_session_id.empty()) return sockets;
    const auto earlier = parts_.sessions.live_sockets(shard.previous_session_id);
    sockets.insert(sockets.end(), earlier.begin(), earlier.end());
    return sockets;
}

}  // namespace twitch_sim
