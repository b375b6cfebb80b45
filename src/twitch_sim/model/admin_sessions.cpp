#include "twitch_sim/model/admin_targets.hpp"

#include <fmt/format.h>

namespace twitch_sim {
namespace {

constexpr std::size_t reason_bytes_max = 123;  // of a close frame (RFC 6455, section 5.5)

// Codes that may stand in a close frame (RFC 6455, section 7.4).
bool is_sendable(std::int64_t code) {
    return code != 1004 && code != 1005 && code != 1006 && code != 1015;
}

std::optional<Refusal> check_close(const Parameters& parameters) {
    const auto code = parameters.integer("code");
    if (code && !is_sendable(*code)) {
        return Refusal{"code", std::to_string(*code),
                       "a close code that may be sent, such as 1000 or 4000"};
    }
    const auto reason = parameters.text("reason");
    if (reason && reason->size() > reason_bytes_max) {
        return Refusal{"reason", fmt::format("{} bytes", reason->size()),
                       "a text of at most 123 bytes"};
    }
    if (parameters.text("how") && (code || reason)) {
        return Refusal{"how", "`code` or `reason` beside it", "without a close frame"};
    }
    return std::nullopt;
}

HttpAnswer reconnect(World& world, const AdminCall& call) {
    const auto url = call.parameters.text("url");
    const auto moves = static_cast<unsigned>(call.parameters.integer("moves").value_or(1));
    return give(world, call, [&](const std::string& id) {
        world.sessions.order_reconnect(id, url, moves, call.now);
    });
}

HttpAnswer close(World& world, const AdminCall& call) {
    const auto how = call.parameters.text("how");
    if (how == "reset") {
        return give(world, call,
                    [&](const std::string& id) { world.sessions.reset(id, call.now); });
    }
    if (how == "freeze") {
        return give(world, call, [&](const std::string& id) { world.sessions.freeze(id); });
    }
    const auto code = static_cast<std::uint16_t>(call.parameters.integer("code").value_or(4000));
    const auto reason = call.parameters.text("reason");
    return give(world, call,
                [&](const std::string& id) { world.sessions.close(id, code, reason, call.now); });
}

HttpAnswer mute(World& world, const AdminCall& call) {
    const bool is_on = call.parameters.yes_or_no("on").value_or(true);
    return give(world, call,
                [&](const std::string& id) { world.sessions.mute(id, is_on, call.now); });
}

HttpAnswer stall(World& world, const AdminCall& call) {
    const bool is_on = call.parameters.yes_or_no("on").value_or(true);
    return give(world, call,
                [&](const std::string& id) { world.sessions.stall(id, is_on, call.now); });
}

}  // namespace

void add_session_verbs(std::vector<Verb>& verbs) {
    verbs.push_back({"reconnect", "POST",
                     "Orders sessions to reconnect, to `url` if given; `moves` times in a row",
                     with_targets({text_rule("url"), whole_rule("moves", 1, 1000)}), reconnect});
    verbs.push_back({"close", "POST",
                     "Ends sockets with a close code, by TCP reset, or freezes them half-open",
                     with_targets({whole_rule("code", 1000, 4999), text_rule("reason"),
                                   word_rule("how", "reset|freeze")}),
                     close, check_close});
    verbs.push_back({"mute", "POST", "Swallows keepalives, nothing else",
                     with_targets({yes_or_no_rule("on")}), mute});
    verbs.push_back({"stall", "POST", "Swallows keepalives and messages; pings go on",
                     with_targets({yes_or_no_rule("on")}), stall});
}

}  // namespace twitch_sim
