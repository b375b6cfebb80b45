#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/answer.hpp"
#include "twitch_sim/model/schedule.hpp"
#include "twitch_sim/model/world.hpp"

namespace twitch_sim {
namespace {

namespace json = boost::json;

json::object show(const Switches& switches) {
    json::object out;
    for (const Switch& one : all_switches()) {
        out[json::string_view(one.name.data(), one.name.size())] = one.show(one, switches);
    }
    return out;
}

// The rules let through only what the switches take.
HttpAnswer set_switches(World& world, const AdminCall& call) {
    for (const Switch& one : all_switches()) {
        const auto value = call.parameters.text(one.name);
        const auto shown = value ? value : call.parameters.shown(one.name);
        if (shown) static_cast<void>(one.set(one, world.options, *shown));
    }
    return make_json_answer(200, show(world.options));
}

std::vector<Rule> switch_rules() {
    std::vector<Rule> rules;
    for (const Switch& one : all_switches()) {
        std::string name(one.name);
        rules.push_back(one.values.empty()
                            ? number_rule(std::move(name), one.seconds_min, one.seconds_max)
                            : word_rule(std::move(name), std::string(one.values)));
    }
    return rules;
}

// The order of a `schedule`, as a call of its own.
std::optional<HttpCall> inner_order(const Parameters& parameters) {
    const Verb* const verb = find_verb(parameters.text("do").value_or(""));
    if (!verb || verb->method != "POST") return std::nullopt;
    const auto* const with = parameters.member("with");
    return HttpCall{
        "POST", "/sim/" + std::string(verb->name), {}, with ? json::serialize(*with) : "{}"};
}

std::optional<Refusal> check_schedule(const Parameters& parameters) {
    const auto order = inner_order(parameters);
    const auto verb = parameters.text("do").value_or("");
    if (!order) return Refusal{"do", '`' + verb + '`', "an order, as GET /sim/verbs lists them"};
    const auto inner = Parameters::parse({}, order->body);
    auto refusal = inner ? find_refusal(*find_verb(verb), *inner) : std::nullopt;
    if (refusal && !refusal->key.empty()) refusal->key.insert(0, "with.");
    return refusal;
}

HttpAnswer schedule(World& world, const AdminCall& call) {
    const auto wait = std::chrono::milliseconds(*call.parameters.integer("in_ms"));
    schedule_order(world, *inner_order(call.parameters), call.now + wait);
    return make_json_answer(200, json::object{{"waiting", world.agenda.size()}});
}

}  // namespace

void add_behaviour_verbs(std::vector<Verb>& verbs) {
    verbs.push_back({"switch", "POST",
                     "Sets switches, and answers all of them; see --help for what each decides",
                     switch_rules(), set_switches});
    verbs.push_back(
        {"schedule",
         "POST",
         "Another order, `in_ms` from now",
         {required(whole_rule("in_ms", 0, 1e10)), required(text_rule("do")), object_rule("with")},
         schedule,
         check_schedule});
}

}  // namespace twitch_sim
