#include "twitch_sim/model/subscriptions.hpp"

#include "twitch_sim/model/clock.hpp"
#include "twitch_sim/model/frames.hpp"
#include "twitch_sim/model/words.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twitch_sim {
namespace {

namespace json = boost::json;

// The user that reads chat and moderates in made-up subscriptions; invented.
constexpr const char* bot_user_id = "700999111";

json::object made_up_condition(const Event& event) {
    json::object condition{{"broadcaster_user_id", event.channel_id}};
    switch (event.type) {
        case EventType::chat_message:
            condition["user_id"] = bot_user_id;
            break;
        case EventType::follow:
            condition["moderator_user_id"] = bot_user_id;
            break;
        // An optional field that was not given comes back empty (observed).
        case EventType::redemption:
            condition["reward_id"] = "";
            break;
        case EventType::stream_online:
            break;
    }
    return condition;
}

bool is_about(const Subscription& subscription, const std::string& conduit_id, const Event& event) {
    if (subscription.conduit_id != conduit_id || subscription.status != "enabled") return false;
    if (subscription.type != facts_of(event.type).name) return false;
    const auto* const channel = subscription.condition.if_contains("broadcaster_user_id");
    return channel && channel->is_string() && channel->get_string() == event.channel_id;
}

std::string wire_condition(const json::object& condition) {
    std::string out = "{";
    for (const auto& member : condition) {
        if (out.size() > 1) out += ',';
        append_wire_string(out, {member.key().data(), member.key().size()});
        out += ':';
        const auto* const text = member.value().if_string();
        text ? append_wire_string(out, {text->data(), text->size()})
             : void(out += json::serialize(member.value()));
    }
    return out + '}';
}

// Twitch's key order differs by type: in captures `cost` comes last for chat and after `version`
// for the others.
std::string wire_text(const Subscription& subscription) {
    const bool cost_is_last = subscription.type == facts_of(EventType::chat_message).name;
    return fmt::format(
        R"({{"id":"{}","status":"{}","type":"{}","version":"{}",{}"condition":{},)"
        R"("transport":{{"method":"conduit","conduit_id":"{}"}},"created_at":"{}"{}}})",
        subscription.id, subscription.status, subscription.type, subscription.version,
        cost_is_last ? "" : R"("cost":0,)", wire_condition(subscription.condition),
        subscription.conduit_id, timestamp(subscription.created_at),
        cost_is_last ? R"(,"cost":0)" : "");
}

}  // namespace

std::string wire_part(const Subscription& subscription) {
    return join({R"(","subscription_type":")", subscription.type, R"(","subscription_version":")",
                 subscription.version, R"("},"payload":{"subscription":)",
                 wire_text(subscription)});
}

json::object to_json(const Subscription& subscription) {
    return {{"id", subscription.id},
            {"status", subscription.status},
            {"type", subscription.type},
            {"version", subscription.version},
            {"condition", subscription.condition},
            {"created_at", timestamp(subscription.created_at)},
            {"transport", {{"method", "conduit"}, {"conduit_id", subscription.conduit_id}}},
            {"cost", 0}};
}

const Subscription& Subscriptions::add(Subscription subscription) {
    subscription.id = ids_.make_uuid();
    forget_wire_part(subscription);
    return subscriptions_.emplace_back(std::move(subscription));
}

bool Subscriptions::remove(std::string_view id, std::string_view client_id) {
    const auto found = std::ranges::find_if(subscriptions_, [&](const Subscription& subscription) {
        return subscription.id == id && subscription.client_id == client_id;
    });
    if (found == subscriptions_.end()) return false;
    forget_wire_part(*found);
    subscriptions_.erase(found);
    return true;
}

std::vector<Subscription> Subscriptions::revoke(const Matches& matches, std::string_view status) {
    std::vector<Subscription> revoked;
    for (Subscription& subscription : subscriptions_) {
        if (subscription.status != "enabled" || !matches(subscription)) continue;
        subscription.status = status;
        forget_wire_part(subscription);
        revoked.push_back(subscription);
    }
    return revoked;
}

Subscription Subscriptions::make_up_revoked(const std::string& conduit_id, const Event& event,
                                            std::string_view status, WallTime now) {
    Subscription subscription = make_up(conduit_id, event, now);
    subscription.status = status;
    return subscription;
}

void Subscriptions::on_conduit_deleted(std::string_view conduit_id) {
    for (Subscription& subscription : subscriptions_) {
        if (subscription.conduit_id == conduit_id) subscription.status = "conduit_deleted";
    }
}

void Subscriptions::forget_wire_part(const Subscription& subscription) {
    const auto* const channel = subscription.condition.if_contains("broadcaster_user_id");
    if (!channel || !channel->is_string()) return;
    const auto& id = channel->get_string();
    wire_parts_.erase(WireKey(std::string_view(id.data(), id.size()), subscription.type,
                              subscription.conduit_id));
}

const std::string& Subscriptions::wire_part(const std::string& conduit_id, const Event& event,
                                            WallTime now) {
    const std::string_view type = facts_of(event.type).name;
    const auto found = wire_parts_.find(WireKeyView(event.channel_id, type, conduit_id));
    if (found != wire_parts_.end()) return found->second;
    if (wire_parts_.size() >= wire_parts_max) wire_parts_.clear();
    return wire_parts_
        .emplace(WireKey(event.channel_id, type, conduit_id),
                 twitch_sim::wire_part(find_or_make_up(conduit_id, event, now)))
        .first->second;
}

Subscription Subscriptions::find_or_make_up(const std::string& conduit_id, const Event& event,
                                            WallTime now) {
    for (const Subscription& subscription : subscriptions_) {
        if (is_about(subscription, conduit_id, event)) return subscription;
    }
    return make_up(conduit_id, event, now);
}

Subscription Subscriptions::make_up(const std::string& conduit_id, const Event& event,
                                    WallTime now) {
    const auto& facts = facts_of(event.type);
    Subscription made_up;
    made_up.id = ids_.make_uuid();
    made_up.status = "enabled";
    made_up.type = facts.name;
    made_up.version = facts.version;
    made_up.condition = made_up_condition(event);
    made_up.conduit_id = conduit_id;
    made_up.created_at = now;
    return made_up;
}

}  // namespace twitch_sim
