#pragma once

#include "twitch_sim/model/model.hpp"
#include "twitch_sim/model/request.hpp"
#include "twitch_sim/model/rules.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace twitch_sim {

struct World;

// Everything under /sim/: what a test looks at and orders. Twitch has nothing like it, hence a path
// of its own. JSON in and out; parameters may come in the query as well; what is wrong with a
// request is said in its 400.
[[nodiscard]] HttpAnswer on_admin_call(World& world, const HttpCall& call, const Target& target,
                                       TimePoint now);

// An admin call whose parameters keep the rules of its verb.
struct AdminCall {
    const Parameters& parameters;
    TimePoint now;
};

// What can be ordered, or looked at, under one path.
struct Verb {
    std::string_view name;    // "close": /sim/close
    std::string_view method;  // GET looks, POST orders
    std::string_view about;
    std::vector<Rule> rules;
    HttpAnswer (*handle)(World&, const AdminCall&);
    // What single rules cannot say; null: nothing.
    std::optional<Refusal> (*check)(const Parameters&) = nullptr;
};

[[nodiscard]] const std::vector<Verb>& all_verbs();
[[nodiscard]] const Verb* find_verb(std::string_view name);  // null when there is none

// Why an order with these parameters would be refused, whatever the state of the world.
[[nodiscard]] std::optional<Refusal> find_refusal(const Verb& verb, const Parameters& parameters);

// The verbs, by what they are about; one file each.
void add_show_verbs(std::vector<Verb>& verbs);
void add_emit_verbs(std::vector<Verb>& verbs);
void add_session_verbs(std::vector<Verb>& verbs);
void add_wire_verbs(std::vector<Verb>& verbs);
void add_access_verbs(std::vector<Verb>& verbs);
void add_behaviour_verbs(std::vector<Verb>& verbs);

}  // namespace twitch_sim
