#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {
namespace {

namespace json = boost::json;

// Invented; the user of tokens that a test does not care whose they are.
constexpr const char* user_id_default = "700999111";

HttpAnswer mint_user_token(World& world, const AdminCall& call) {
    const auto client_id = call.parameters.text("client_id").value_or(world.options.client_id);
    if (!world.oauth.knows_client(client_id)) {
        return make_helix_error(404, "`client_id` is not a known client");
    }
    const auto user_id = call.parameters.text("user_id").value_or(user_id_default);
    return make_json_answer(
        200, json::object{{"access_token", world.oauth.issue({client_id, user_id}, call.now)},
                          {"user_id", user_id}});
}

HttpAnswer change_tokens(World& world, const AdminCall& call) {
    const auto action = *call.parameters.text("action");
    if (action == "mint_user") return mint_user_token(world, call);
    if (action == "set_lifetime") {
        world.oauth.set_lifetime(std::chrono::seconds(*call.parameters.integer("seconds")));
    } else if (action.ends_with("_all")) {
        world.oauth.drop_tokens();
    } else if (!world.oauth.drop_token(*call.parameters.text("token"))) {
        return make_helix_error(404, "`token` is not a valid token");
    }
    return make_json_answer(200, json::object{{"tokens", world.oauth.tokens()}});
}

std::optional<Refusal> check_token(const Parameters& parameters) {
    const auto action = parameters.text("action");
    if (action == "set_lifetime" && !parameters.text("seconds")) {
        return Refusal{"seconds", "nothing", describe(whole_rule("", 1, 1e8))};
    }
    if ((action == "expire" || action == "revoke") && !parameters.text("token")) {
        return Refusal{"token", "nothing", "the text of a token"};
    }
    return std::nullopt;
}

HttpAnswer add_client(World& world, const AdminCall& call) {
    const auto client_id = *call.parameters.text("client_id");
    world.oauth.add_client(client_id, *call.parameters.text("client_secret"));
    return make_json_answer(200, json::object{{"client_id", client_id}});
}

std::optional<Refusal> check_client(const Parameters& parameters) {
    for (const std::string_view name : {"client_id", "client_secret"}) {
        if (parameters.text(name) == "") return Refusal{std::string(name), "\"\"", "a text"};
    }
    return std::nullopt;
}

// "PATCH /helix/eventsub/conduits/shards", "/oauth2/token", "upgrade/reconnect".
void parse_match(std::string_view match, Fault& fault) {
    if (const auto blank = match.find(' '); blank != std::string_view::npos) {
        fault.method = match.substr(0, blank);
        match.remove_prefix(blank + 1);
    }
    fault.path = match;
}

bool is_moment(std::string_view match) {
    return match == tls_moment || match == "upgrade" || match == "welcome" ||
           match == upgrade_moment(false) || match == upgrade_moment(true) ||
           match == welcome_moment(false) || match == welcome_moment(true);
}

std::optional<Refusal> check_fault(const Parameters& parameters) {
    Fault fault;
    const auto match = *parameters.text("match");
    parse_match(match, fault);
    if (!fault.path.starts_with('/') && !is_moment(match)) {
        return Refusal{"match", '`' + match + '`',
                       "an optional method and a path, such as `PATCH /helix/eventsub/conduits/"
                       "shards`, or a moment: `tls`, `upgrade`, `upgrade/fresh`, "
                       "`upgrade/reconnect`, `welcome`, `welcome/fresh` or `welcome/reconnect`"};
    }
    const bool takes_back = parameters.integer("times") == 0;
    const bool has_effect = parameters.text("status") || parameters.text("delay_ms") ||
                            parameters.text("drop") || is_moment(match);
    if (!takes_back && !has_effect) {
        return Refusal{"", "none of them", "a fault has `status`, `delay_ms` or `drop`"};
    }
    if (parameters.text("body") && !parameters.text("status")) {
        return Refusal{"body", "no `status` beside it", "the text of an answer with a `status`"};
    }
    return std::nullopt;
}

Fault::Drop parse_drop(std::string_view name) {
    if (name == "before") return Fault::Drop::before;
    if (name == "after") return Fault::Drop::after;
    if (name == "never") return Fault::Drop::never;
    return Fault::Drop::none;
}

HttpAnswer add_fault(World& world, const AdminCall& call) {
    Fault fault;
    parse_match(*call.parameters.text("match"), fault);
    fault.times = static_cast<std::uint64_t>(call.parameters.integer("times").value_or(1));
    if (const auto status = call.parameters.integer("status")) {
        fault.status = static_cast<unsigned>(*status);
    }
    fault.delay = std::chrono::milliseconds(call.parameters.integer("delay_ms").value_or(0));
    fault.drop = parse_drop(call.parameters.text("drop").value_or(""));
    fault.body = call.parameters.text("body");
    const auto times = fault.times;
    world.faults.add(std::move(fault));
    return make_json_answer(200, json::object{{"times", times}});
}

}  // namespace

void add_access_verbs(std::vector<Verb>& verbs) {
    verbs.push_back({"token",
                     "POST",
                     "Ends tokens, one or all; says how long new ones live; makes a user's",
                     {required(word_rule(
                          "action", "expire|revoke|expire_all|revoke_all|set_lifetime|mint_user")),
                      text_rule("token"), whole_rule("seconds", 1, 1e8), text_rule("client_id"),
                      text_rule("user_id")},
                     change_tokens,
                     check_token});
    verbs.push_back({"client",
                     "POST",
                     "One more client, or another secret for a known one",
                     {required(text_rule("client_id")), required(text_rule("client_secret"))},
                     add_client,
                     check_client});
    verbs.push_back(
        {"fault",
         "POST",
         "What the next `times` calls that match suffer; 0 takes faults back",
         {required(text_rule("match")), whole_rule("times", 0, 1e9), whole_rule("status", 200, 599),
          text_rule("body"), whole_rule("delay_ms", 0, 3'600'000),
          word_rule("drop", "before|after|never")},
         add_fault,
         check_fault});
}

}  // namespace twitch_sim
