#include "twitch_sim/server/scenario.hpp"

#include "twitch_sim/model/admin.hpp"
#include "twitch_sim/model/words.hpp"
#include "twitch_sim/server/yaml_json.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <utility>

namespace twitch_sim {

namespace {

constexpr std::size_t text_bytes_max = 1024UL * 1024;
constexpr std::size_t orders_max = 10'000;
constexpr double seconds_max = 1e8;  // some three years

constexpr const char* at_allowed = "a time such as 250ms, 10s, 1m30s or 2h";

// Collects what is wrong, each with its line.
struct Problems {
    std::string_view file;
    std::vector<std::string>& texts;

    void add(const YAML::Mark& mark, const std::string& what) const {
        texts.push_back(fmt::format("{}:{}: {}", file, mark.line + 1, what));
    }
    void add(const YAML::Mark& mark, const Refusal& refusal) const { add(mark, describe(refusal)); }
};

// What only looks at things is no order, and `schedule` is what the file does anyway.
bool is_order(const Verb& verb) {
    return verb.method == "POST" && verb.name != "schedule";
}

std::string order_names() {
    std::string words;
    for (const Verb& verb : all_verbs()) {
        if (is_order(verb)) words += (words.empty() ? "" : "|") + std::string(verb.name);
    }
    return list_words(words);
}

// Where a key stands, or the entry when it does not.
YAML::Mark mark_of(const YAML::Node& entry, std::string_view key) {
    for (const auto& member : entry) {
        if (member.first.IsScalar() && member.first.Scalar() == key) return member.first.Mark();
    }
    return entry.Mark();
}

std::optional<Duration> read_time(const YAML::Node& entry, const Problems& problems) {
    const YAML::Node at = entry["at"];
    const std::string text = at && at.IsScalar() ? at.Scalar() : "";
    const auto time = parse_duration(text);
    if (!time) {
        const auto found = at ? "`" + text + "`" : std::string("nothing");
        problems.add(mark_of(entry, "at"), Refusal{"at", found, at_allowed});
    }
    return time;
}

const Verb* read_verb(const YAML::Node& entry, const Problems& problems) {
    const YAML::Node name = entry["do"];
    const std::string text = name && name.IsScalar() ? name.Scalar() : "";
    const Verb* const verb = find_verb(text);
    if (verb && is_order(*verb)) return verb;
    const auto found = name ? "`" + text + "`" : std::string("nothing");
    problems.add(mark_of(entry, "do"), Refusal{"do", found, order_names()});
    return nullptr;
}

// The parameters: every key but `at` and `do`.
boost::json::object read_parameters(const YAML::Node& entry, const Problems& problems) {
    boost::json::object body;
    for (const auto& member : entry) {
        const std::string key = member.first.IsScalar() ? member.first.Scalar() : "";
        if (key == "at" || key == "do") continue;
        if (key.empty() || body.contains(key)) {
            problems.add(member.first.Mark(), "`" + key + "` is no key, or given twice");
            continue;
        }
        body[key] = to_json(member.second);
    }
    return body;
}

void read_order(const YAML::Node& entry, const Problems& problems, Scenario& scenario) {
    if (!entry.IsMap()) {
        problems.add(entry.Mark(), "an order is a map with `at` and `do`");
        return;
    }
    const auto at = read_time(entry, problems);
    const Verb* const verb = read_verb(entry, problems);
    auto body = boost::json::serialize(read_parameters(entry, problems));
    if (!verb) return;
    const auto parameters = Parameters::parse({}, body);
    if (const auto refusal = parameters ? find_refusal(*verb, *parameters) : std::nullopt) {
        problems.add(mark_of(entry, refusal->key), *refusal);
    }
    if (!at) return;
    scenario.orders.push_back(
        {*at, {"POST", "/sim/" + std::string(verb->name), {}, std::move(body)}});
}

}  // namespace

Scenario parse_scenario(const std::string& text, std::string_view file) {
    Scenario scenario;
    const Problems problems{file, scenario.problems};
    if (text.size() > text_bytes_max) {
        problems.add({}, "the file is longer than 1 MiB");
        return scenario;
    }
    try {
        const YAML::Node root = YAML::Load(text);
        if (!root.IsSequence()) {
            problems.add(root.Mark(), "a scenario is a list of orders, each behind a `-`");
        } else if (root.size() > orders_max) {
            problems.add(root.Mark(), "a scenario has at most 10000 orders");
        } else {
            for (const YAML::Node& entry : root) read_order(entry, problems, scenario);
        }
    } catch (const YAML::Exception& exception) {
        problems.add(exception.mark, "this is not YAML: " + exception.msg);
    }
    return scenario;
}

Scenario load_scenario(const std::string& path) {
    if (path.empty()) return {};
    std::ifstream file(path, std::ios::binary);
    std::string text(text_bytes_max + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        return {{}, {fmt::format("{}: the scenario file cannot be read", path)}};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return parse_scenario(text, path);
}

std::optional<Duration> parse_duration(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 5> units = {
        {{"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}, {"", 1}}};
    if (text.empty()) return std::nullopt;
    double seconds = 0;
    for (bool is_first = true; !text.empty(); is_first = false) {
        double number = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number,
                                                  std::chars_format::fixed);
        if (error != std::errc() || !std::isfinite(number) || number < 0) return std::nullopt;
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        const auto name = text.substr(0, text.find_first_of("0123456789."));
        const auto* const unit =
            std::ranges::find(units, name, &std::pair<std::string_view, double>::first);
        const bool is_alone = is_first && text.empty();
        if (unit == units.end() || (name.empty() && !is_alone)) return std::nullopt;
        text.remove_prefix(name.size());
        seconds += number * unit->second;
    }
    if (seconds > seconds_max) return std::nullopt;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

}  // namespace twitch_sim
