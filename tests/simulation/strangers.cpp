#include "strangers.hpp"

#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace simulation {

using twitch_sim::Model;

void Strangers::expect(unsigned worker, Duration delay, TimePoint until) {
    expected_.push_back({worker, delay, until});
}

void Strangers::on_claimed(unsigned worker) {
    const auto found = std::ranges::find(expected_, worker, &Expected::worker);
    if (found == expected_.end()) return;
    parts_.queue.after(found->delay, [this, worker, until = found->until] {
        come(worker, Kind::successor, until);
    });
    expected_.erase(found);
}

void Strangers::come(unsigned worker, Kind kind, TimePoint until) {
    if (parts_.queue.now() >= until) return;
    const auto socket = parts_.sockets.reserve_socket();
    stays_.push_back({worker, kind, socket, parts_.queue.now(), {}});
    const auto answer = parts_.twitch.tell([](Model& model, TimePoint now) {
        return model.on_upgrade({"/ws", "wss://eventsub.example"}, now);
    });
    if (!std::holds_alternative<SocketId>(answer)) {
        parts_.sockets.release_socket();
        std::erase_if(stays_, [&](const Stay& stay) { return stay.socket == socket; });
        return;
    }
    Stay* const stay = find(socket);
    if (stay == nullptr) return;
    stay->session_id = parts_.twitch.world().sessions.sockets().at(socket).session_id;
    if (!claim(*stay)) {
        leave(socket);
        return;
    }
    parts_.trace.add("twitch", "somebody else's session {} has a shard of worker {}",
                     stay->session_id, worker);
    on_arrival_(worker);
    parts_.queue.at(until, [this, socket] { leave(socket); });
}

bool Strangers::claim(const Stay& stay) {
    const auto& conduits = parts_.twitch.world().conduits;
    if (conduits.all().empty()) return false;
    const auto entry = [&](unsigned shard) {
        return fmt::format(
            R"({{"id":"{}","transport":{{"method":"websocket","session_id":"{}"}}}})", shard,
            stay.session_id);
    };
    auto entries = entry(stay.worker * parts_.plan.shards_each);
    if (stay.kind == Kind::host) entries += ',' + entry(parts_.plan.shard_count());
    parts_.twitch.call(
        "PATCH", "/helix/eventsub/conduits/shards", parts_.twitch.make_token(),
        fmt::format(R"({{"conduit_id":"{}","shards":[{}]}})", conduits.all().front().id, entries));
    return conduits.is_bound(stay.session_id);
}

// Its end is seen by Twitch at once.
void Strangers::leave(SocketId socket) {
    if (std::erase_if(stays_, [&](const Stay& stay) { return stay.socket == socket; }) == 0) return;
    parts_.trace.add("twitch", "somebody else's socket {} is gone", socket);
    parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_gone(socket, now); });
}

bool Strangers::on_output(const twitch_sim::Output& output) {
    const auto socket = std::visit([](const auto& what) { return what.socket; }, output);
    const Stay* const stay = find(socket);
    if (stay == nullptr) return false;
    if (std::holds_alternative<twitch_sim::SendText>(output)) {
        parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_written(socket, now); });
    } else if (std::holds_alternative<twitch_sim::SendPing>(output)) {
        parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_pong(socket, {}, now); });
    } else {
        leave(socket);
    }
    return true;
}

Strangers::Hold Strangers::hold_of(unsigned worker) const {
    const auto& conduits = parts_.twitch.world().conduits.all();
    if (conduits.empty()) return {};
    const auto& shards = conduits.front().shards;
    const auto has = [&](const Stay& stay, unsigned shard) {
        const auto found = shards.find(shard);
        return found != shards.end() && found->second.session_id == stay.session_id;
    };
    for (const Stay& stay : stays_) {
        const bool is_meant = stay.worker == worker && !stay.session_id.empty();
        if (!is_meant || !has(stay, worker * parts_.plan.shards_each)) continue;
        const bool is_host = stay.kind == Kind::host && has(stay, parts_.plan.shard_count());
        return {stay.since, stay.session_id, is_host};
    }
    return {};
}

Strangers::Stay* Strangers::find(SocketId socket) {
    const auto found = std::ranges::find(stays_, socket, &Stay::socket);
    return found == stays_.end() ? nullptr : &*found;
}

}  // namespace simulation
