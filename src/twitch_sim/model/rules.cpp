#include "twitch_sim/model/rules.hpp"

#include "twitch_sim/model/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace twitch_sim {
namespace {

constexpr std::size_t found_bytes_max = 60;  // of what is shown of a wrong value

Rule make_rule(std::string name, Rule::Kind kind) {
    Rule rule;
    rule.name = std::move(name);
    rule.kind = kind;
    return rule;
}

bool is_within(const Rule& rule, double value) {
    return std::isfinite(value) && value >= rule.min && value <= rule.max;
}

// A word where it is given. To JSON and YAML a `null` without quotes is no text.
std::optional<std::string> word_of(const Rule& rule, const Parameters& parameters) {
    const auto* const value = parameters.member(rule.name);
    if (value && value->is_null()) return "null";
    return parameters.text(rule.name);
}

bool keeps(const Rule& rule, const Parameters& parameters) {
    switch (rule.kind) {
        case Rule::Kind::text:
            return parameters.text(rule.name).has_value();
        case Rule::Kind::whole: {
            const auto value = parameters.integer(rule.name);
            return value && is_within(rule, static_cast<double>(*value));
        }
        case Rule::Kind::number: {
            const auto value = parameters.number(rule.name);
            return value && is_within(rule, *value);
        }
        case Rule::Kind::word:
            return position_of_word(rule.words, word_of(rule, parameters).value_or("")).has_value();
        case Rule::Kind::yes_or_no:
            return parameters.yes_or_no(rule.name).has_value();
        case Rule::Kind::object: {
            const auto* const value = parameters.member(rule.name);
            return value && value->is_object();
        }
    }
    return false;
}

std::string known_names(std::span<const Rule> rules) {
    if (rules.empty()) return "no parameters";
    std::string words;
    for (const Rule& rule : rules) words += (words.empty() ? "" : "|") + rule.name;
    return "one of " + list_words(words);
}

}  // namespace

Rule text_rule(std::string name) {
    return make_rule(std::move(name), Rule::Kind::text);
}

Rule whole_rule(std::string name, double min, double max) {
    Rule rule = number_rule(std::move(name), min, max);
    rule.kind = Rule::Kind::whole;
    return rule;
}

Rule number_rule(std::string name, double min, double max) {
    Rule rule = make_rule(std::move(name), Rule::Kind::number);
    rule.min = min;
    rule.max = max;
    return rule;
}

Rule word_rule(std::string name, std::string words) {
    Rule rule = make_rule(std::move(name), Rule::Kind::word);
    rule.words = std::move(words);
    return rule;
}

Rule yes_or_no_rule(std::string name) {
    return make_rule(std::move(name), Rule::Kind::yes_or_no);
}

Rule object_rule(std::string name) {
    return make_rule(std::move(name), Rule::Kind::object);
}

Rule required(Rule rule) {
    rule.is_required = true;
    return rule;
}

std::string describe(const Rule& rule) {
    switch (rule.kind) {
        case Rule::Kind::text:
            return "a text";
        case Rule::Kind::whole:
            return fmt::format("a whole number from {} to {}", static_cast<std::int64_t>(rule.min),
                               static_cast<std::int64_t>(rule.max));
        case Rule::Kind::number:
            return fmt::format("a number from {:g} to {}", rule.min, rule.max);
        case Rule::Kind::word:
            return list_words(rule.words);
        case Rule::Kind::yes_or_no:
            return "`true` or `false`";
        case Rule::Kind::object:
            return "an object";
    }
    return "";
}

std::string describe(const Refusal& refusal) {
    if (refusal.key.empty()) return refusal.allowed + "; found " + refusal.found;
    return fmt::format("`{}` is {}; found {}", refusal.key, refusal.allowed, refusal.found);
}

std::optional<Refusal> find_refusal(std::span<const Rule> rules, const Parameters& parameters) {
    for (const std::string& name : parameters.names()) {
        if (std::ranges::find(rules, name, &Rule::name) == rules.end()) {
            return Refusal{"", "`" + name + "`", "a parameter is " + known_names(rules)};
        }
    }
    for (const Rule& rule : rules) {
        const auto shown = parameters.shown(rule.name);
        if (!shown && rule.is_required) return Refusal{rule.name, "nothing", describe(rule)};
        if (!shown || keeps(rule, parameters)) continue;
        return Refusal{rule.name, shown->substr(0, found_bytes_max), describe(rule)};
    }
    return std::nullopt;
}

}  // namespace twitch_sim
