#include "twitch_sim/model/admin.hpp"

#include "twitch_sim/model/answer.hpp"

#include <algorithm>
#include <string>

namespace twitch_sim {
namespace {

constexpr std::string_view admin_prefix = "/sim/";

}  // namespace

const std::vector<Verb>& all_verbs() {
    static const std::vector<Verb> verbs = [] {
        std::vector<Verb> all;
        add_show_verbs(all);
        add_emit_verbs(all);
        add_session_verbs(all);
        add_wire_verbs(all);
        add_access_verbs(all);
        add_behaviour_verbs(all);
        return all;
    }();
    return verbs;
}

const Verb* find_verb(std::string_view name) {
    const auto found = std::ranges::find(all_verbs(), name, &Verb::name);
    return found == all_verbs().end() ? nullptr : &*found;
}

std::optional<Refusal> find_refusal(const Verb& verb, const Parameters& parameters) {
    auto refusal = find_refusal(verb.rules, parameters);
    if (!refusal && verb.check) refusal = verb.check(parameters);
    return refusal;
}

HttpAnswer on_admin_call(World& world, const HttpCall& call, const Target& target, TimePoint now) {
    const auto path = std::string_view(target.path);
    const Verb* const verb =
        path.starts_with(admin_prefix) ? find_verb(path.substr(admin_prefix.size())) : nullptr;
    if (!verb) return make_helix_error(404, "no such admin path; GET /sim/verbs lists them");
    if (verb->method != call.method) {
        return make_helix_error(405, "this path takes " + std::string(verb->method));
    }
    const auto parameters = Parameters::parse(target, call.body);
    if (!parameters) return make_helix_error(400, "the body is not a JSON object");
    if (const auto refusal = find_refusal(*verb, *parameters)) {
        return make_helix_error(400, describe(*refusal));
    }
    return verb->handle(world, {*parameters, now});
}

}  // namespace twitch_sim
