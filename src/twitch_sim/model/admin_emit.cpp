#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

#include <cmath>

namespace twitch_sim {
namespace {

namespace json = boost::json;

constexpr std::int64_t count_max = 100'000;  // events of one call
constexpr std::int64_t pad_bytes_max = 16 * 1024 * 1024;
constexpr double rate_max = 1'000'000;

std::string known_types() {
    std::string names;
    for (const auto& facts : event_types) {
        names += (names.empty() ? "`" : ", `") + std::string(facts.name) + "`";
    }
    return names;
}

HttpAnswer emit_raw(World& world, const AdminCall& call, const std::string& raw) {
    const auto session = call.parameters.text("session");
    if (session && !world.sessions.find(*session)) {
        return make_helix_error(404, "`session` is not connected");
    }
    const auto targets = session ? std::vector{*session} : world.sessions.connected();
    json::array named;
    for (const auto& id : targets) {
        world.sessions.send_raw(id, raw, call.now);
        named.emplace_back(id);
    }
    return make_json_answer(200, json::object{{"sessions", std::move(named)}});
}

HttpAnswer emit_duplicate(World& world, const AdminCall& call, const std::string& id) {
    if (!world.delivery.repeat(id, call.now)) {
        return make_helix_error(404, "`duplicate_of` is not the id of a recent message");
    }
    json::array ids;
    ids.emplace_back(id);
    return make_json_answer(200, json::object{{"ids", std::move(ids)}});
}

}  // namespace

HttpAnswer emit(World& world, const AdminCall& call) {
    if (const auto raw = call.parameters.text("raw")) return emit_raw(world, call, *raw);
    if (const auto id = call.parameters.text("duplicate_of")) {
        return emit_duplicate(world, call, *id);
    }
    const auto type_name = call.parameters.text("type").value_or("channel.chat.message");
    const auto type = parse_event_type(type_name);
    if (!type) return make_helix_error(400, "`type` is one of " + known_types());
    const auto count = call.parameters.integer("count");
    if (call.parameters.text("count") && (!count || *count < 1 || *count > count_max)) {
        return make_helix_error(400, "`count` is a whole number from 1 to 100000");
    }
    const auto pad_bytes = call.parameters.integer("pad_bytes").value_or(0);
    if (pad_bytes < 0 || pad_bytes > pad_bytes_max) {
        return make_helix_error(400, "`pad_bytes` is a whole number from 0 to 16777216");
    }
    EventSource::Wishes wishes;
    wishes.type = *type;
    wishes.broadcaster_user_id = call.parameters.text("broadcaster_user_id");
    wishes.text = call.parameters.text("text");
    wishes.pad_bytes = static_cast<std::size_t>(pad_bytes);

    json::array ids;
    for (std::int64_t i = 0; i < count.value_or(1); ++i) {
        const auto event = world.events.make(wishes, call.now);
        for (auto& id : world.delivery.deliver(event, Audience::every_conduit, call.now)) {
            ids.emplace_back(std::move(id));
        }
    }
    return make_json_answer(200, json::object{{"ids", std::move(ids)}});
}

HttpAnswer set_generator(World& world, const AdminCall& call) {
    const auto rate = call.parameters.number("rate");
    if (!rate || !std::isfinite(*rate) || *rate < 0 || *rate > rate_max) {
        return make_helix_error(400, "`rate` is a number of events per second from 0 to 1000000");
    }
    const auto events_max = call.parameters.integer("events_max");
    if (call.parameters.member("events_max") && (!events_max || *events_max < 0)) {
        return make_helix_error(400, "`events_max` is a whole number from 0");
    }
    std::optional<std::uint64_t> bound;
    if (events_max) bound = static_cast<std::uint64_t>(*events_max);
    world.generator.set(*rate, bound);
    return make_json_answer(200, json::object{{"rate", *rate}});
}

}  // namespace twitch_sim
