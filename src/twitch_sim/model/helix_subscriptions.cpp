#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/helix.hpp"
#include "twitch_sim/model/shard_news.hpp"
#include "twitch_sim/model/world.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace twitch_sim {
namespace {

namespace json = boost::json;

constexpr std::size_t subscriptions_per_page = 100;
constexpr std::size_t same_condition_max = 3;  // EventSub guide, "limits"
constexpr int total_cost_max = 10'000;         // Twitch's default `max_total_cost`

json::object make_totals(const World& world, const HelixCall& call, json::array data) {
    const auto total =
        std::ranges::count(world.subscriptions.all(), call.client_id, &Subscription::client_id);
    return {{"data", std::move(data)},
            {"total", total},
            {"total_cost", 0},
            {"max_total_cost", total_cost_max}};
}

// The client has to be the token's own, and so has the conduit where one is named.
bool has_own_shards(World& world, const json::object& condition, std::string_view client_id) {
    if (text_at(condition, "client_id") != client_id) return false;
    const auto conduit_id = text_at(condition, "conduit_id").value_or("");
    return conduit_id.empty() || world.conduits.find(conduit_id, client_id) != nullptr;
}

// Conditions that miss what their type needs are refused; types without events here pass.
bool has_condition(World& world, const std::string& type, const json::object& condition,
                   std::string_view client_id) {
    const auto facts = parse_event_type(type);
    if (type == shard_disabled_type) return has_own_shards(world, condition, client_id);
    if (!facts) return !condition.empty();
    if (*facts == EventType::chat_message && !condition.contains("user_id")) return false;
    if (*facts == EventType::follow && !condition.contains("moderator_user_id")) return false;
    return condition.contains("broadcaster_user_id");
}

// The subscription that is asked for, or the refusal.
std::variant<Subscription, HttpAnswer> read(World& world, const HelixCall& call) {
    const auto type = call.parameters.text("type");
    const auto version = call.parameters.text("version");
    const auto* const condition = call.parameters.member("condition");
    const auto* const transport = call.parameters.member("transport");
    if (!type || type->empty()) return make_helix_error(400, "missing or unparseable type");
    const auto known = parse_event_type(*type);
    if (!version || (known && *version != facts_of(*known).version)) {
        return make_helix_error(400, "invalid subscription type and version");
    }
    if (!condition || !condition->is_object() ||
        !has_condition(world, *type, condition->get_object(), call.client_id)) {
        return make_helix_error(400, "missing or incomplete condition");
    }
    const auto method = transport ? text_at(*transport, "method") : std::nullopt;
    if (method != "conduit" || !call.is_app_token) {
        // An app token goes with webhooks and conduits only, and webhooks are not simulated; a
        // user's token with neither.
        return make_helix_error(400, "invalid transport and auth combination");
    }
    const auto conduit_id = text_at(*transport, "conduit_id");
    if (!conduit_id || !world.conduits.find(*conduit_id, call.client_id)) {
        return make_helix_error(400, "missing or unknown conduit_id");
    }
    Subscription subscription;
    subscription.client_id = call.client_id;
    subscription.status = "enabled";
    subscription.type = *type;
    subscription.version = *version;
    subscription.condition = condition->get_object();
    subscription.conduit_id = *conduit_id;
    subscription.created_at = world.clock.wall(call.now);
    return subscription;
}

HttpAnswer create(World& world, const HelixCall& call) {
    auto read_or_refusal = read(world, call);
    if (auto* const refusal = std::get_if<HttpAnswer>(&read_or_refusal)) return *refusal;
    auto& asked = std::get<Subscription>(read_or_refusal);
    std::size_t same = 0;
    for (const Subscription& other : world.subscriptions.all()) {
        const bool is_same = other.status == "enabled" && other.client_id == asked.client_id &&
                             other.type == asked.type && other.version == asked.version &&
                             other.condition == asked.condition;
        if (!is_same) continue;
        if (other.conduit_id == asked.conduit_id) {
            return make_helix_error(409, "subscription already exists");
        }
        ++same;
    }
    if (same >= same_condition_max) {
        return make_helix_error(429, "maximum subscriptions with type and condition exceeded");
    }
    const Subscription& created = world.subscriptions.add(std::move(asked));
    return make_json_answer(202, make_totals(world, call, {to_json(created)}));
}

bool mentions_user(const Subscription& subscription, const std::string& user_id) {
    return std::ranges::any_of(subscription.condition, [&](const auto& member) {
        return member.value().is_string() && member.value().get_string() == user_id;
    });
}

bool passes(const Subscription& subscription, std::string_view filter, const std::string& value) {
    if (filter == "status") return subscription.status == value;
    if (filter == "type") return subscription.type == value;
    if (filter == "subscription_id") return subscription.id == value;
    if (filter == "conduit_id") return subscription.conduit_id == value;
    return mentions_user(subscription, value);
}

HttpAnswer list(const World& world, const HelixCall& call) {
    constexpr std::array<std::string_view, 5> filters = {"status", "type", "user_id",
                                                         "subscription_id", "conduit_id"};
    std::optional<std::pair<std::string_view, std::string>> filter;
    for (const auto name : filters) {
        const auto value = call.parameters.text(name);
        if (!value) continue;
        if (filter) return make_helix_error(400, "only one filter can be given");
        filter.emplace(name, *value);
    }
    const auto after = call.parameters.text("after");
    const auto first = after ? parse_cursor(*after) : 0;
    if (!first) return make_helix_error(400, "invalid cursor");

    json::array data;
    json::object pagination;
    const auto& all = world.subscriptions.all();
    for (std::size_t i = *first; i < all.size(); ++i) {
        if (all[i].client_id != call.client_id) continue;
        if (filter && !passes(all[i], filter->first, filter->second)) continue;
        if (data.size() >= subscriptions_per_page) {
            pagination["cursor"] = make_cursor(i);
            break;
        }
        data.push_back(to_json(all[i]));
    }
    auto body = make_totals(world, call, std::move(data));
    body["pagination"] = std::move(pagination);
    return make_json_answer(200, std::move(body));
}

HttpAnswer remove(World& world, const HelixCall& call) {
    const auto id = call.parameters.text("id");
    if (!id || id->empty()) return make_helix_error(400, "Missing required parameter \"id\"");
    if (!world.subscriptions.remove(*id, call.client_id)) {
        return make_helix_error(404, "subscription not found");
    }
    return make_empty_answer(204);
}

}  // namespace

HttpAnswer on_subscriptions_call(World& world, const HelixCall& call) {
    if (call.method == "GET") return list(world, call);
    if (call.method == "POST") return create(world, call);
    if (call.method == "DELETE") return remove(world, call);
    return make_helix_error(404, "not found");
}

}  // namespace twitch_sim
