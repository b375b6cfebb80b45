#include "twitch_sim/model/admin_targets.hpp"
#include "twitch_sim/model/channel.hpp"
#include "twitch_sim/model/emission.hpp"
#include "twitch_sim/model/frames.hpp"
#include "twitch_sim/model/words.hpp"

#include <algorithm>
#include <iterator>

namespace twitch_sim {
namespace {

namespace json = boost::json;

constexpr double count_max = 100'000;  // events of one call
constexpr double pad_bytes_max = 16 * 1024 * 1024;
constexpr double rate_max = 1'000'000;

// Why a subscription ends (EventSub reference; the last four were observed or announced).
constexpr std::string_view revocation_statuses =
    "authorization_revoked|user_removed|version_removed|moderator_removed|chat_user_banned|"
    "beta_maintenance|conduit_deleted";

std::string known_types() {
    std::string names;
    for (const auto& facts : event_types) {
        names += (names.empty() ? "" : "|") + std::string(facts.name);
    }
    return names;
}

json::array to_array(std::vector<std::string> ids) {
    json::array out;
    for (auto& id : ids) out.emplace_back(std::move(id));
    return out;
}

HttpAnswer emit_duplicate(World& world, const AdminCall& call, const std::string& id) {
    const auto where = call.parameters.text("where") == "both" ? CopyTo::both : CopyTo::shard;
    if (!world.delivery.repeat(id, where, call.now)) {
        return make_helix_error(404, "`duplicate_of` is not the id of a recent message");
    }
    return make_json_answer(200, json::object{{"ids", to_array({id})}});
}

HttpAnswer emit_events(World& world, const AdminCall& call) {
    Emission wanted;
    auto& wishes = wanted.wishes;
    const auto type = call.parameters.text("type");
    if (type) wishes.type = *parse_event_type(*type);
    wishes.broadcaster_user_id = call.parameters.text("broadcaster_user_id");
    wishes.text = call.parameters.text("text");
    wishes.pad_bytes = static_cast<std::size_t>(call.parameters.integer("pad_bytes").value_or(0));
    wanted.count = static_cast<std::uint64_t>(call.parameters.integer("count").value_or(1));
    if (call.parameters.yes_or_no("extra_fields").value_or(false)) {
        wanted.members = Delivery::Members::extra;
    }
    return make_json_answer(200, json::object{{"ids", to_array(emit(world, wanted, call.now))}});
}

HttpAnswer on_emit(World& world, const AdminCall& call) {
    if (const auto raw = call.parameters.text("raw")) {
        return give(world, call,
                    [&](const std::string& id) { world.sessions.send_raw(id, *raw, call.now); });
    }
    if (const auto type = call.parameters.text("unknown_type")) {
        return give(world, call, [&](const std::string& id) {
            const auto at = world.clock.wall(call.now);
            world.sessions.send_raw(id, make_unknown_frame(*type, world.ids, at), call.now);
        });
    }
    if (const auto id = call.parameters.text("duplicate_of")) {
        return emit_duplicate(world, call, *id);
    }
    return emit_events(world, call);
}

// What can be emitted, and the parameters that belong to it; an event when none of the others is
// asked for.
struct EmitKind {
    std::string_view name;
    std::string_view parameters;
};
constexpr EmitKind event_kind = {"an event",
                                 "type|count|broadcaster_user_id|text|pad_bytes|extra_fields"};
constexpr EmitKind other_kinds[] = {{"raw", "raw|session|shard"},
                                    {"unknown_type", "unknown_type|session|shard"},
                                    {"duplicate_of", "duplicate_of|where"}};

std::optional<Refusal> check_emit(const Parameters& parameters) {
    const auto* const other = std::ranges::find_if(
        other_kinds, [&](const EmitKind& one) { return parameters.text(one.name).has_value(); });
    const EmitKind& kind = other == std::end(other_kinds) ? event_kind : *other;
    for (const std::string& name : parameters.names()) {
        if (position_of_word(kind.parameters, name)) continue;
        return Refusal{"", '`' + name + '`',
                       "with " + std::string(kind.name) + " go " + list_words(kind.parameters)};
    }
    return std::nullopt;
}

// Ends subscriptions that clients made, or as many made-up ones of ever other channels.
HttpAnswer revoke(World& world, const AdminCall& call) {
    const auto status = *call.parameters.text("status");
    std::vector<std::string> ids;
    const auto tell = [&](const Subscription& subscription) {
        if (auto id = world.delivery.revoke(subscription, call.now)) ids.push_back(std::move(*id));
    };
    if (const auto count = call.parameters.integer("count")) {
        Event event;
        event.type = *parse_event_type(call.parameters.text("type").value_or(
            std::string(facts_of(EventType::chat_message).name)));
        for (std::int64_t i = 0; i < *count; ++i) {
            event.channel_id = make_channel(static_cast<unsigned>(i)).id;
            for (const Conduit& conduit : world.conduits.all()) {
                tell(world.subscriptions.make_up_revoked(conduit.id, event, status,
                                                         world.clock.wall(call.now)));
            }
        }
    } else {
        const auto id = call.parameters.text("subscription_id");
        const auto type = call.parameters.text("type");
        const auto broadcaster = call.parameters.text("broadcaster_user_id");
        const auto matches = [&](const Subscription& subscription) {
            return (!id || subscription.id == *id) && (!type || subscription.type == *type) &&
                   (!broadcaster ||
                    text_at(subscription.condition, "broadcaster_user_id") == *broadcaster);
        };
        for (const auto& subscription : world.subscriptions.revoke(matches, status)) {
            tell(subscription);
        }
    }
    return make_json_answer(200, json::object{{"ids", to_array(std::move(ids))}});
}

std::optional<Refusal> check_revoke(const Parameters& parameters) {
    if (!parameters.text("count")) return std::nullopt;
    for (const std::string_view name : {"subscription_id", "broadcaster_user_id"}) {
        if (parameters.text(name)) {
            return Refusal{std::string(name), "`count` beside it",
                           "for subscriptions that clients made"};
        }
    }
    const auto type = parameters.text("type");
    if (type && !parse_event_type(*type)) {
        return Refusal{"type", *type, describe(word_rule("type", known_types()))};
    }
    return std::nullopt;
}

HttpAnswer set_generator(World& world, const AdminCall& call) {
    const auto rate = *call.parameters.number("rate");
    std::optional<std::uint64_t> bound;
    if (const auto events_max = call.parameters.integer("events_max")) {
        bound = static_cast<std::uint64_t>(*events_max);
    }
    world.generator.set(rate, bound);
    return make_json_answer(200, json::object{{"rate", rate}});
}

}  // namespace

void add_emit_verbs(std::vector<Verb>& verbs) {
    verbs.push_back(
        {"emit", "POST", "Events now; or a repeat of one, a raw frame, a message of unknown type",
         with_targets({word_rule("type", known_types()), whole_rule("count", 1, count_max),
                       text_rule("broadcaster_user_id"), text_rule("text"),
                       whole_rule("pad_bytes", 0, pad_bytes_max), yes_or_no_rule("extra_fields"),
                       text_rule("duplicate_of"), word_rule("where", "shard|both"),
                       text_rule("raw"), text_rule("unknown_type")}),
         on_emit, check_emit});
    verbs.push_back({"revoke",
                     "POST",
                     "Ends subscriptions that match, or `count` made-up ones, each told",
                     {required(word_rule("status", std::string(revocation_statuses))),
                      text_rule("subscription_id"), text_rule("type"),
                      text_rule("broadcaster_user_id"), whole_rule("count", 1, count_max)},
                     revoke,
                     check_revoke});
    verbs.push_back(
        {"generator",
         "POST",
         "Starts the generator over; rate 0 stops it",
         {required(number_rule("rate", 0, rate_max)), whole_rule("events_max", 0, 1e15)},
         set_generator});
}

}  // namespace twitch_sim
