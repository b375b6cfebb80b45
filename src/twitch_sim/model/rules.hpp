#pragma once

#include "twitch_sim/model/request.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

// What a parameter of an order may be. Orders come over the admin API and from scenario files; both
// are checked by these rules, before anything takes effect.
struct Rule {
    enum class Kind { text, whole, number, word, yes_or_no, object };
    std::string name;
    Kind kind = Kind::text;
    double min = 0;  // of numbers, both included
    double max = 0;
    std::string words;  // of a word: "before|after"
    bool is_required = false;
};

[[nodiscard]] Rule text_rule(std::string name);
[[nodiscard]] Rule whole_rule(std::string name, double min, double max);
[[nodiscard]] Rule number_rule(std::string name, double min, double max);
[[nodiscard]] Rule word_rule(std::string name, std::string words);
[[nodiscard]] Rule yes_or_no_rule(std::string name);
[[nodiscard]] Rule object_rule(std::string name);
[[nodiscard]] Rule required(Rule rule);

// "a whole number from 1 to 100000".
[[nodiscard]] std::string describe(const Rule& rule);

// Why an order is not carried out.
struct Refusal {
    std::string key;      // the parameter; empty where it is not that of one
    std::string found;    // "0", "nothing"
    std::string allowed;  // "a whole number from 1 to 100000"
};

// "`count` is a whole number from 1 to 100000; found 0".
[[nodiscard]] std::string describe(const Refusal& refusal);

// The first parameter that breaks its rule, is unknown, or is missing.
[[nodiscard]] std::optional<Refusal> find_refusal(std::span<const Rule> rules,
                                                  const Parameters& parameters);

}  // namespace twitch_sim
