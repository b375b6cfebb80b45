#include "twitch_sim/model/shard_update.hpp"

#include "base/url.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twitch_sim {
namespace {

namespace json = boost::json;

// The only code that anybody has seen in an answer.
constexpr std::string_view usual_code = "invalid_parameter";

struct Objection {
    std::string message;
    std::string code = std::string(usual_code);
};
Objection because(std::string message) {
    return {std::move(message)};
}

// A shard with its transport, or why not.
using Binding = std::variant<Shard, Objection>;

Binding bind_websocket(const json::value& transport, std::string_view client_id, Sessions& sessions,
                       Switches::DeadSessionCode dead_session_code) {
    const auto session_id = text_at(transport, "session_id");
    if (!session_id || session_id->empty()) {
        return because("session_id is required for the websocket transport method");
    }
    Sessions::Session* const session = sessions.find(*session_id);
    if (!session) {
        Objection dead = because("the websocket session is not connected");
        if (dead_session_code == Switches::DeadSessionCode::status_name) {
            dead.code = name_of(sessions.status_after_end(*session_id));
        }
        return dead;
    }
    if (session->is_used && session->client_id != client_id) {
        return because("the websocket session was opened with another client id");
    }
    sessions.use(*session, client_id);
    Shard shard;
    shard.session_id = session->id;
    shard.connected_at = session->connected_at;
    return shard;
}

// HTTPS on port 443, and a secret of 10 to 100 ASCII characters (webhook guide). The callback is
// never called: a webhook shard waits for its verification for good.
Binding bind_webhook(const json::value& transport) {
    const auto callback = text_at(transport, "callback");
    if (!callback) return because("callback is required for the webhook transport method");
    const auto url = conduitd::parse_url(*callback);
    if (!url || url->scheme != conduitd::UrlScheme::https || url->port != 443) {
        return because("the callback url is not valid: https and port 443 are required");
    }
    const auto secret = text_at(transport, "secret").value_or("");
    const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
    if (secret.size() < 10 || secret.size() > 100 || !std::ranges::all_of(secret, is_ascii)) {
        return because(
            "the length of the secret is not valid: it must be 10 to 100 ASCII characters");
    }
    Shard shard;
    shard.method = Shard::Method::webhook;
    shard.status = ShardStatus::webhook_callback_verification_pending;
    shard.callback = *callback;
    return shard;
}

Binding make_binding(const json::value& entry, std::string_view client_id, Sessions& sessions,
                     Switches::DeadSessionCode dead_session_code) {
    const auto* const transport = entry.as_object().if_contains("transport");
    if (!transport || !transport->is_object()) return because("transport is required");
    // The reference marks the method as optional: without one, the other fields tell.
    const auto method = text_at(*transport, "method");
    const bool has_callback = transport->get_object().contains("callback");
    if (method ? *method == "webhook" : has_callback) return bind_webhook(*transport);
    if (!method || *method == "websocket") {
        return bind_websocket(*transport, client_id, sessions, dead_session_code);
    }
    return because("the transport method is not valid");
}

}  // namespace

std::variant<ShardBinding, ShardRefusal> read_shard_update(
    const json::value& entry, const Conduit& conduit, Sessions& sessions,
    Switches::DeadSessionCode dead_session_code) {
    const auto id = text_at(entry, "id").value_or("");
    const auto number = parse_integer(id);
    if (!number || *number < 0 || *number >= conduit.shard_count) {
        return ShardRefusal{id,
                            fmt::format("invalid shard id, must be a number greater or equal "
                                        "to 0 and less than {}",
                                        conduit.shard_count),
                            std::string(usual_code)};
    }
    auto binding = make_binding(entry, conduit.client_id, sessions, dead_session_code);
    if (auto* const objection = std::get_if<Objection>(&binding)) {
        return ShardRefusal{id, objection->message, objection->code};
    }
    return ShardBinding{static_cast<std::uint32_t>(*number), std::get<Shard>(std::move(binding))};
}

}  // namespace twitch_sim
