#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

#include <string>
#include <vector>

namespace twitch_sim {
namespace {

namespace json = boost::json;

// The session an order names, or all that are connected; nullopt when the named one is not.
std::optional<std::vector<std::string>> targets_of(World& world, const AdminCall& call) {
    const auto session = call.parameters.text("session");
    if (!session) return world.sessions.connected();
    if (!world.sessions.find(*session)) return std::nullopt;
    return std::vector{*session};
}

// Gives the order to each target and answers their ids.
template <class Order>
HttpAnswer give(World& world, const AdminCall& call, Order order) {
    const auto targets = targets_of(world, call);
    if (!targets) return make_helix_error(404, "`session` is not connected");
    json::array named;
    for (const auto& id : *targets) {
        order(id);
        named.emplace_back(id);
    }
    return make_json_answer(200, json::object{{"sessions", std::move(named)}});
}

// Codes that may stand in a close frame (RFC 6455, section 7.4).
bool is_sendable(std::int64_t code) {
    const bool is_reserved = code == 1004 || code == 1005 || code == 1006 || code == 1015;
    return code >= 1000 && code <= 4999 && !is_reserved;
}

}  // namespace

HttpAnswer order_reconnect(World& world, const AdminCall& call) {
    const auto url = call.parameters.text("url");
    return give(world, call,
                [&](const std::string& id) { world.sessions.order_reconnect(id, url, call.now); });
}

HttpAnswer close_sessions(World& world, const AdminCall& call) {
    const auto how = call.parameters.text("how");
    if (how == "reset") {
        return give(world, call,
                    [&](const std::string& id) { world.sessions.reset(id, call.now); });
    }
    if (how == "freeze") {
        return give(world, call, [&](const std::string& id) { world.sessions.freeze(id); });
    }
    if (how) return make_helix_error(400, "`how` is `reset` or `freeze`");
    const auto code = call.parameters.text("code") ? call.parameters.integer("code") : 4000;
    if (!code || !is_sendable(*code)) {
        return make_helix_error(400,
                                "`code` is a close code that may be sent, such as 1000 or 4000");
    }
    const auto reason = call.parameters.text("reason");
    if (reason && reason->size() > 123) {
        return make_helix_error(400, "`reason` has at most 123 bytes");
    }
    return give(world, call, [&](const std::string& id) {
        world.sessions.close(id, static_cast<std::uint16_t>(*code), reason, call.now);
    });
}

HttpAnswer mute_sessions(World& world, const AdminCall& call) {
    return give(world, call, [&](const std::string& id) { world.sessions.mute(id); });
}

}  // namespace twitch_sim
