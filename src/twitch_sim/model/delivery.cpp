#include "twitch_sim/model/delivery.hpp"

#include "twitch_sim/model/routing.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twitch_sim {
namespace {

std::string make_notification(const std::string& message_id, const Event& event,
                              const std::string& subscription, WallTime at) {
    const auto& facts = facts_of(event.type);
    return fmt::format(
        R"({{"metadata":{{"message_id":"{}","message_type":"notification",)"
        R"("message_timestamp":"{}","subscription_type":"{}","subscription_version":"{}"}},)"
        R"("payload":{{"subscription":{},"event":{}}}}})",
        message_id, timestamp(at), facts.name, facts.version, subscription, event.json);
}

}  // namespace

std::vector<std::string> Delivery::deliver(const Event& event, Audience audience, TimePoint now) {
    std::vector<std::string> ids;
    const auto at = parts_.clock.wall(now);
    for (const Conduit& conduit : parts_.conduits.all()) {
        if (audience == Audience::bound_conduits && !conduit.was_bound) continue;
        const MessageId id = parts_.ids.make_message_id();
        ids.push_back(to_text(id));
        const auto& subscription = parts_.subscriptions.wire_json(conduit.id, event, at);
        Recent message{id, event.type, conduit.id, event.channel.id,
                       make_notification(ids.back(), event, subscription, at)};
        send(conduit, message, false, now);
        keep(std::move(message));
    }
    return ids;
}

bool Delivery::repeat(std::string_view message_id, TimePoint now) {
    const auto message = std::ranges::find_if(
        recent_, [&](const Recent& recent) { return to_text(recent.id) == message_id; });
    if (message == recent_.end()) return false;
    const auto& conduits = parts_.conduits.all();
    const auto conduit = std::ranges::find(conduits, message->conduit_id, &Conduit::id);
    if (conduit == conduits.end()) return false;
    send(*conduit, *message, true, now);
    return true;
}

void Delivery::send(const Conduit& conduit, const Recent& message, bool is_duplicate,
                    TimePoint now) {
    const auto shard = route(conduit, message.channel_id);
    const Sessions::Session* const session =
        shard ? parts_.sessions.find(conduit.shards.at(*shard).session_id) : nullptr;

    Ledger::Message entry;
    entry.id = message.id;
    entry.type = facts_of(message.type).name;
    entry.conduit_id = conduit.id;
    entry.session_id = session ? std::string_view(session->id) : std::string_view();
    entry.shard_id = shard;
    entry.is_duplicate = is_duplicate;
    entry.at = parts_.clock.wall(now);
    const auto index = parts_.ledger.add(entry);
    if (session) {
        parts_.sessions.send_message(*session, message.text, index, now);
    } else {
        parts_.ledger.on_dropped(index, LossReason::no_shard_enabled);
    }
}

void Delivery::keep(Recent message) {
    recent_bytes_ += message.text.size();
    recent_.push_back(std::move(message));
    while (recent_bytes_ > recent_bytes_max) {
        recent_bytes_ -= recent_.front().text.size();
        recent_.pop_front();
    }
}

}  // namespace twitch_sim
