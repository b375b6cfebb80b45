#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/world.hpp"

namespace twitch_sim {
namespace {

namespace json = boost::json;

json::string_view view(std::string_view text) {
    return {text.data(), text.size()};
}

json::array conduits(const World& world) {
    json::array out;
    for (const Conduit& conduit : world.conduits.all()) {
        json::array shards;
        for (const auto& entry : conduit.shards) {
            shards.push_back(
                json::parse(wire_text(entry.first, entry.second, world.options.helix_timestamps)));
        }
        out.push_back(json::object{{"id", conduit.id},
                                   {"client_id", conduit.client_id},
                                   {"shard_count", conduit.shard_count},
                                   {"shards", std::move(shards)}});
    }
    return out;
}

// One entry for each socket: during a reconnect two of them name the same session.
json::array sessions(const World& world) {
    json::array out;
    for (const auto& entry : world.sessions.sockets()) {
        const Socket& socket = entry.second;
        const auto session = world.sessions.all().find(socket.session_id);
        const bool is_carrier =
            session != world.sessions.all().end() && session->second.carrier == socket.id;
        out.push_back(
            json::object{{"id", socket.session_id},
                         {"socket", socket.id},
                         {"state", view(name_of(socket.state))},
                         {"carries_session", is_carrier},
                         {"bound", is_carrier && world.conduits.is_bound(socket.session_id)},
                         {"keepalive_timeout_seconds",
                          std::chrono::ceil<std::chrono::seconds>(socket.keepalive).count()},
                         {"reconnecting", socket.grace_ends_at != conduitd::never},
                         {"muted", socket.is_muted},
                         {"stalled", socket.is_stalled},
                         {"lost", socket.is_lost},
                         {"frozen", socket.is_frozen},
                         {"unwritten", socket.unwritten.size()}});
    }
    return out;
}

json::array ended(const World& world) {
    json::array out;
    for (const auto& end : world.sessions.ended()) {
        out.push_back(json::object{{"id", end.session_id},
                                   {"socket", end.socket},
                                   {"by", end.by},
                                   {"code", end.code},
                                   {"time", timestamp(end.at)}});
    }
    return out;
}

json::object counts(const World& world) {
    json::object out;
    for (const auto& count : world.call_log.counts()) out[count.first] = count.second;
    return out;
}

json::array requests(const World& world) {
    json::array out;
    for (const auto& call : world.call_log.calls()) {
        out.push_back(json::object{{"time", timestamp(call.at)},
                                   {"method", call.method},
                                   {"target", call.target},
                                   {"status", call.status}});
    }
    return out;
}

json::array orders(const World& world) {
    json::array out;
    for (const auto& done : world.order_log.done()) {
        out.push_back(json::object{{"time", timestamp(done.at)},
                                   {"order", done.order},
                                   {"status", done.status},
                                   {"message", done.message}});
    }
    return out;
}

HttpAnswer show_state(World& world, const AdminCall& call) {
    const auto& totals = world.ledger.totals();
    return make_json_answer(200, json::object{{"time", timestamp(world.clock.wall(call.now))},
                                              {"client_id", world.options.client_id},
                                              {"sent", totals.sent},
                                              {"lost", totals.lost},
                                              {"dropped", totals.dropped},
                                              {"queued", totals.queued},
                                              {"duplicates", totals.duplicates},
                                              {"tokens", world.oauth.tokens()},
                                              {"validations", world.oauth.validations()},
                                              {"generator",
                                               {{"rate", world.generator.events_per_second()},
                                                {"events", world.generator.events()}}},
                                              {"waiting", world.agenda.size()},
                                              {"orders", orders(world)},
                                              {"conduits", conduits(world)},
                                              {"sessions", sessions(world)},
                                              {"ended", ended(world)},
                                              {"calls", counts(world)},
                                              {"requests", requests(world)}});
}

HttpAnswer show_ledger(World& world, const AdminCall& call) {
    HttpAnswer answer;
    if (call.parameters.text("format") == "ids") {
        answer.headers.emplace_back("Content-Type", "text/plain; charset=utf-8");
        answer.body = world.ledger.sent_ids();
    } else {
        answer.headers.emplace_back("Content-Type", "application/json; charset=utf-8");
        answer.body = world.ledger.to_json();
    }
    return answer;
}

HttpAnswer show_verbs(World&, const AdminCall&) {
    json::array out;
    for (const Verb& verb : all_verbs()) {
        json::object parameters;
        for (const Rule& rule : verb.rules) {
            parameters[rule.name] = describe(rule) + (rule.is_required ? " (required)" : "");
        }
        out.push_back(json::object{{"method", view(verb.method)},
                                   {"path", "/sim/" + std::string(verb.name)},
                                   {"about", view(verb.about)},
                                   {"parameters", std::move(parameters)}});
    }
    return make_json_answer(200, json::object{{"verbs", std::move(out)}});
}

}  // namespace

void add_show_verbs(std::vector<Verb>& verbs) {
    verbs.push_back({"state",
                     "GET",
                     "Conduits, sessions, tokens, counters, the latest Helix calls",
                     {},
                     show_state});
    verbs.push_back({"ledger",
                     "GET",
                     "Every notification and its fate; `ids`: those sent, one a line, in order",
                     {word_rule("format", "json|ids")},
                     show_ledger});
    verbs.push_back(
        {"verbs", "GET", "What can be ordered, and with which parameters", {}, show_verbs});
}

}  // namespace twitch_sim
