#include "twitch_sim/model/delivery.hpp"

#include "twitch_sim/model/frames.hpp"
#include "twitch_sim/model/routing.hpp"
#include "twitch_sim/model/words.hpp"

#include <algorithm>
#include <utility>

namespace twitch_sim {
namespace {

std::string make_notification(std::string_view message_id, WallTime at,
                              std::string_view subscription_part, std::string_view event) {
    return join({R"({"metadata":{"message_id":")", message_id,
                 R"(","message_type":"notification","message_timestamp":")", timestamp(at),
                 subscription_part, R"(,"event":)", event, "}}"});
}

std::string make_revocation(std::string_view message_id, WallTime at,
                            std::string_view subscription_part) {
    return join({R"({"metadata":{"message_id":")", message_id,
                 R"(","message_type":"revocation","message_timestamp":")", timestamp(at),
                 subscription_part, "}}"});
}

std::string in_wire_spelling(std::string frame, Switches::Escapes escapes) {
    return escapes == Switches::Escapes::plain ? with_plain_characters(frame) : std::move(frame);
}

}  // namespace

std::vector<std::string> Delivery::deliver(const Event& event, Audience audience, TimePoint now,
                                           Members members) {
    std::vector<std::string> ids;
    const auto at = parts_.clock.wall(now);
    const auto& facts = facts_of(event.type);
    for (const Conduit& conduit : parts_.conduits.all()) {
        if (audience == Audience::bound_conduits && !conduit.was_bound) continue;
        const MessageId id = parts_.ids.make_message_id();
        ids.push_back(to_text(id));
        const auto& subscription_part = parts_.subscriptions.wire_part(conduit.id, event, at);
        auto text =
            in_wire_spelling(make_notification(ids.back(), at, subscription_part, event.json),
                             parts_.options.escapes);
        if (members == Members::extra) text = with_extra_fields(text);
        send_first(conduit, {id, facts.name, conduit.id, event.channel_id, std::move(text)}, now);
    }
    return ids;
}

std::optional<std::string> Delivery::notify(const Subscription& subscription, std::string_view key,
                                            std::string_view event, TimePoint now) {
    const Conduit* const conduit = parts_.conduits.find(subscription.conduit_id);
    if (!conduit) return std::nullopt;
    const MessageId id = parts_.ids.make_message_id();
    auto text_id = to_text(id);
    auto text = in_wire_spelling(
        make_notification(text_id, parts_.clock.wall(now), wire_part(subscription), event),
        parts_.options.escapes);
    send_first(*conduit,
               {id, own_type(subscription.type), conduit->id, std::string(key), std::move(text)},
               now);
    return text_id;
}

std::optional<std::string> Delivery::revoke(const Subscription& subscription, TimePoint now) {
    const Conduit* const conduit = parts_.conduits.find(subscription.conduit_id);
    if (!conduit) return std::nullopt;
    const MessageId id = parts_.ids.make_message_id();
    auto text_id = to_text(id);
    auto text =
        in_wire_spelling(make_revocation(text_id, parts_.clock.wall(now), wire_part(subscription)),
                         parts_.options.escapes);
    auto key = text_at(subscription.condition, "broadcaster_user_id").value_or(conduit->id);
    send_first(*conduit,
               {id, own_type(subscription.type), conduit->id, std::move(key), std::move(text)},
               now);
    return text_id;
}

void Delivery::send_first(const Conduit& conduit, Recent&& message, TimePoint now) {
    send(conduit, message, now);
    if (repeats_.every > 0) repeat_some(message, now);
    keep(std::move(message));
}

void Delivery::send(const Conduit& conduit, const Recent& message, TimePoint now) {
    const auto shard = route(conduit, message.key, parts_.options.resend);
    const Sessions::Session* const session =
        shard ? parts_.sessions.find(conduit.shards.at(*shard).session_id) : nullptr;
    const auto index =
        enter(conduit, message, shard, session ? std::string_view(session->id) : "", false, now);
    if (session) {
        parts_.sessions.send_message(*session, message.text, index, now);
    } else {
        parts_.ledger.on_dropped(index, LossReason::no_shard_enabled);
    }
}

LedgerIndex Delivery::enter(const Conduit& conduit, const Recent& message,
                            std::optional<std::uint32_t> shard, std::string_view session_id,
                            bool is_duplicate, TimePoint now) {
    Ledger::Message entry;
    entry.id = message.id;
    entry.type = message.type;
    entry.conduit_id = conduit.id;
    entry.session_id = session_id;
    entry.shard_id = shard;
    entry.is_duplicate = is_duplicate;
    entry.at = parts_.clock.wall(now);
    return parts_.ledger.add(entry);
}

void Delivery::keep(Recent&& message) {
    recent_bytes_ += message.text.size();
    recent_.push_back(std::move(message));
    while (recent_bytes_ > parts_.options.recent_bytes_max) {
        recent_bytes_ -= recent_.front().text.size();
        recent_.pop_front();
    }
}

std::string_view Delivery::own_type(const std::string& type) {
    return *types_.insert(type).first;
}

}  // namespace twitch_sim
