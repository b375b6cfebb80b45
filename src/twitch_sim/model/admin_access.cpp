#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {
namespace {

namespace json = boost::json;

std::optional<Fault::Drop> parse_drop(std::string_view name) {
    if (name == "before") return Fault::Drop::before;
    if (name == "after") return Fault::Drop::after;
    if (name.empty()) return Fault::Drop::none;
    return std::nullopt;
}

// "PATCH /helix/eventsub/conduits/shards", "/oauth2/token", "upgrade" or "welcome".
bool parse_match(std::string_view match, Fault& fault) {
    if (const auto blank = match.find(' '); blank != std::string_view::npos) {
        fault.method = match.substr(0, blank);
        match.remove_prefix(blank + 1);
    }
    fault.path = match;
    return match.starts_with('/') || match == "upgrade" || match == "welcome";
}

}  // namespace

HttpAnswer change_tokens(World& world, const AdminCall& call) {
    const auto action = call.parameters.text("action").value_or("");
    if (action == "expire_all" || action == "revoke_all") {
        world.oauth.drop_tokens();
    } else if (action == "set_lifetime") {
        const auto seconds = call.parameters.integer("seconds");
        if (!seconds || *seconds < 1 || *seconds > 100'000'000) {
            return make_helix_error(400, "`seconds` is a whole number from 1 to 100000000");
        }
        world.oauth.set_lifetime(std::chrono::seconds(*seconds));
    } else {
        return make_helix_error(400, "`action` is `expire_all`, `revoke_all` or `set_lifetime`");
    }
    return make_json_answer(200, json::object{{"tokens", world.oauth.tokens()}});
}

HttpAnswer add_client(World& world, const AdminCall& call) {
    const auto client_id = call.parameters.text("client_id").value_or("");
    const auto secret = call.parameters.text("client_secret").value_or("");
    if (client_id.empty() || secret.empty()) {
        return make_helix_error(400, "`client_id` and `client_secret` are required");
    }
    world.oauth.add_client(client_id, secret);
    return make_json_answer(200, json::object{{"client_id", client_id}});
}

HttpAnswer add_fault(World& world, const AdminCall& call) {
    Fault fault;
    if (!parse_match(call.parameters.text("match").value_or(""), fault)) {
        return make_helix_error(400,
                                "`match` is an optional method and a path, such as `PATCH /helix/"
                                "eventsub/conduits/shards`, or `upgrade`, or `welcome`");
    }
    const auto times = call.parameters.text("times") ? call.parameters.integer("times") : 1;
    if (!times || *times < 0) return make_helix_error(400, "`times` is a whole number from 0");
    fault.times = static_cast<std::uint64_t>(*times);

    const auto status = call.parameters.integer("status");
    if (call.parameters.text("status") && (!status || *status < 200 || *status > 599)) {
        return make_helix_error(400, "`status` is an HTTP status from 200 to 599");
    }
    if (status) fault.status = static_cast<unsigned>(*status);

    const auto delay_ms =
        call.parameters.text("delay_ms") ? call.parameters.integer("delay_ms") : 0;
    if (!delay_ms || *delay_ms < 0 || *delay_ms > 3'600'000) {
        return make_helix_error(400, "`delay_ms` is a whole number from 0 to 3600000");
    }
    fault.delay = std::chrono::milliseconds(*delay_ms);

    const auto drop = parse_drop(call.parameters.text("drop").value_or(""));
    if (!drop) return make_helix_error(400, "`drop` is `before` or `after`");
    fault.drop = *drop;
    fault.body = call.parameters.text("body");
    world.faults.add(std::move(fault));
    return make_json_answer(200, json::object{{"times", *times}});
}

}  // namespace twitch_sim
