#include "twitch_sim/model/shard_news.hpp"

#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

namespace twitch_sim {
namespace {

// The fields of the other transport method are null or absent; here one of each is null.
std::string make_event(const DisabledShard& disabled) {
    const Shard& shard = disabled.shard;
    return fmt::format(
        R"({{"conduit_id":"{}","shard_id":"{}","status":"{}","transport":{{"method":"websocket",)"
        R"("callback":null,"session_id":"{}","connected_at":"{}","disconnected_at":"{}"}}}})",
        disabled.conduit_id, disabled.id, name_of(shard.status), shard.session_id,
        timestamp(shard.connected_at), timestamp(*shard.disconnected_at));
}

bool matches(const Subscription& subscription, const DisabledShard& disabled) {
    if (subscription.type != shard_disabled_type || subscription.status != "enabled") return false;
    if (subscription.client_id != disabled.client_id) return false;
    const auto conduit_id = text_at(subscription.condition, "conduit_id").value_or("");
    return conduit_id.empty() || conduit_id == disabled.conduit_id;
}

}  // namespace

void announce_disabled_shards(World& world, TimePoint now) {
    if (!world.conduits.has_disabled()) return;
    for (const DisabledShard& disabled : world.conduits.take_disabled()) {
        for (const Subscription& subscription : world.subscriptions.all()) {
            if (!matches(subscription, disabled)) continue;
            world.delivery.notify(subscription, disabled.conduit_id, make_event(disabled), now);
        }
    }
}

}  // namespace twitch_sim
