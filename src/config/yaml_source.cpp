#include "config/yaml_source.hpp"

#include "base/quote.hpp"
#include "config/environment_source.hpp"
#include "config/flag_source.hpp"
#include "config/nearest_name.hpp"
#include "config/problem.hpp"
#include "config/secret_file.hpp"
#include "config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

namespace conduitd::settings {
namespace {

struct ConfigFile {
    std::string path;
    std::string origin;  // who named it; empty for the default, which may be missing
};

// Nothing where the flags do not agree or name none: then there is a problem instead.
std::optional<ConfigFile> find_file(const ConfigInput& input, Sources& sources) {
    const std::string flag_origin = "--" + std::string(config_flag);
    std::optional<ConfigFile> from_flag;
    for (const Flag& flag : input.flags) {
        if (flag.name != config_flag) continue;
        if (!flag.value) return std::nullopt;
        if (from_flag && from_flag->path != *flag.value) {
            sources.problems.push_back(
                describe(flag_origin, {},
                         fmt::format("given twice, {} and {}", in_quotes(from_flag->path),
                                     in_quotes(*flag.value)),
                         "name one file"));
            return std::nullopt;
        }
        from_flag = ConfigFile{*flag.value, flag_origin};
    }
    if (from_flag) return from_flag;

    if (auto path = variable(input, config_variable); !path.empty()) {
        return ConfigFile{std::move(path), std::string(config_variable)};
    }
    return ConfigFile{input.default_file, {}};
}

std::optional<std::string> read_config(const ConfigInput& input, const ConfigFile& file,
                                       Sources& sources) {
    auto content = read_file(input, file.path);
    if (content) return std::move(*content);
    const bool may_be_missing = file.origin.empty();
    if (may_be_missing && is_missing(content.error())) return std::nullopt;
    sources.problems.push_back(
        describe(may_be_missing ? file.path : file.origin, {},
                 fmt::format("the file {} cannot be read: {}", in_quotes(file.path, shown_path_max),
                             why_unreadable(content.error())),
                 "name a YAML file that is readable for the user that conduitd runs as"));
    sources.is_whole = false;
    return std::nullopt;
}

// A secret's setting for the key that names its file, "twitch.client_secret_file".
const Setting* find_file_key(std::string_view key) {
    for (const Setting& setting : all_settings()) {
        if (setting.is_secret() && key == file_key(setting)) return &setting;
    }
    return nullptr;
}

std::string advise_unknown(const std::string& key) {
    std::vector<std::string> names;
    for (const Setting& setting : all_settings()) {
        if (key.starts_with(std::string(setting.name) + ".")) {
            return fmt::format("{} takes one value, not a map", setting.name);
        }
        names.emplace_back(setting.name);
        if (setting.is_secret()) names.push_back(file_key(setting));
    }
    const auto nearest = nearest_name(key, names);
    return nearest.empty() ? "remove it" : fmt::format("did you mean {}?", nearest);
}

bool is_section(std::string_view key) {
    const std::string prefix = std::string(key) + ".";
    return std::ranges::any_of(all_settings(), [&prefix](const Setting& setting) {
        return setting.name.starts_with(prefix);
    });
}

void collect_entry(const ConfigInput& input, const YamlEntry& entry, const std::string& where,
                   Sources& sources) {
    const auto refuse = [&](std::string_view what, const std::string& advice) {
        sources.problems.push_back(describe(where, entry.key, what, advice));
    };
    const Setting* const setting = find_setting(entry.key);
    const Setting* const of_file = find_file_key(entry.key);
    if (setting == nullptr && of_file == nullptr) {
        if (is_section(entry.key)) {
            refuse(entry.kind == YamlKind::empty
                       ? "a section without settings"
                       : "a value where the settings of a section are expected",
                   "write its settings below it, indented, or remove it");
        } else {
            refuse("not a setting", advise_unknown(entry.key));
        }
        return;
    }

    if (!sources.wants(setting != nullptr ? *setting : *of_file)) return;
    const bool is_value =
        entry.kind == YamlKind::word ||
        (entry.kind == YamlKind::list && setting != nullptr && setting->takes_list);
    if (!is_value) {
        const auto* const what = entry.kind == YamlKind::empty ? "nothing where a value is expected"
                                 : entry.kind == YamlKind::list
                                     ? "a list where one value is expected"
                                     : "a list of what are no words";
        refuse(what, setting != nullptr ? allowed(*setting) : "allowed: the path of a file");
        sources.unusable.push_back(setting != nullptr ? setting : of_file);
    } else if (setting != nullptr) {
        sources.candidates.push_back({setting, Rank::yaml_file, where, entry.value});
    } else {
        collect_secret_file(input, *of_file, Rank::yaml_file, where, entry.value, sources);
    }
}

}  // namespace

void collect_yaml(const ConfigInput& input, Sources& sources) {
    const auto file = find_file(input, sources);
    if (!file) {
        sources.is_whole = false;
        return;
    }
    const auto text = read_config(input, *file, sources);
    if (!text) return;

    const auto where = [&file](int line) { return fmt::format("{}:{}", file->path, line); };
    const auto yaml = read_yaml(*text);
    for (const YamlProblem& problem : yaml.problems) {
        sources.problems.push_back(describe(where(problem.line), problem.key, problem.what, {}));
    }
    for (const YamlEntry& entry : yaml.entries) {
        collect_entry(input, entry, where(entry.line), sources);
    }
    if (!yaml.is_whole) sources.is_whole = false;
}

}  // namespace conduitd::settings
