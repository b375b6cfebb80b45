#include "config/load.hpp"

#include "base/quote.hpp"
#include "config/choose.hpp"
#include "config/consistency.hpp"
#include "config/credential_source.hpp"
#include "config/derived.hpp"
#include "config/environment_source.hpp"
#include "config/flag_source.hpp"
#include "config/problem.hpp"
#include "config/yaml_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace conduitd {
namespace {

using namespace settings;

void append(std::vector<std::string>& to, std::vector<std::string> from) {
    std::ranges::move(from, std::back_inserter(to));
}

Sources collect(const ConfigInput& input) {
    Sources sources;
    collect_flags(input, sources);
    collect_environment(input, sources);
    collect_credentials(input, sources);
    collect_yaml(input, sources);
    return sources;
}

std::string effective_value(const Choice& choice) {
    if (choice.setting->is_secret()) return choice.winner == nullptr ? "(not set)" : "(set)";
    if (choice.is_refused) return "(refused)";
    if (choice.winner != nullptr) return printable(choice.winner->text, shown_path_max);
    return std::string(choice.setting->fallback.empty() ? choice.setting->absent
                                                        : choice.setting->fallback);
}

EffectiveSetting effective(const Choice& choice) {
    return {
        std::string(choice.setting->name), effective_value(choice),
        choice.winner == nullptr ? "default" : printable(choice.winner->origin, shown_path_max)};
}

// Puts what was worked out into the listing.
void show(LoadedConfig& out, std::string_view name, std::string_view value,
          std::string_view origin) {
    const auto row = std::ranges::find(out.settings, name, &EffectiveSetting::name);
    row->value = printable(value, shown_path_max);
    row->origin = printable(origin, shown_path_max);
}

void require_state_dir(const Sources& sources, const Choices& choices, LoadedConfig& out) {
    const Choice& choice = choices.of(name::state_dir);
    if (choice.winner != nullptr || !sources.is_whole || !out.config.state.dir.empty()) return;
    out.problems.push_back(
        describe(name::state_dir, {},
                 "not set, and none of STATE_DIRECTORY, XDG_STATE_HOME and HOME names a folder",
                 fmt::format("set {}, or {} in the YAML file", environment_name(*choice.setting),
                             name::state_dir)));
}

}  // namespace

LoadedConfig load_config(const ConfigInput& input) {
    LoadedConfig out;
    auto sources = collect(input);
    auto choices = choose(sources, out.config);
    for (const Choice& choice : choices.rows) out.settings.push_back(effective(choice));

    append(out.problems, std::move(sources.problems));
    out.is_command_line_wrong = sources.is_command_line_wrong;
    append(out.problems, std::move(choices.problems));
    append(out.warnings, std::move(sources.warnings));
    append(out.notes, std::move(choices.notes));

    const auto derived = derive(input, sources, choices, out.config, out.problems);
    for (const auto& row : derived) show(out, row.name, row.value, row.origin);
    require_state_dir(sources, choices, out);
    check_credentials(sources, choices, out.problems);
    check_encryption(choices, out.config, out.problems, out.warnings);
    check_growth(choices, out.config, out.problems);
    check_supersession(choices, out.config, out.problems);
    check_levels(choices, out.config, out.problems);
    return out;
}

std::vector<SettingHelp> settings_help() {
    std::vector<SettingHelp> rows;
    for (const Setting& setting : all_settings()) {
        if (setting.is_secret()) continue;
        rows.push_back({std::string(setting.name), std::string(setting.kind),
                        std::string(setting.values),
                        std::string(setting.fallback.empty() ? setting.absent : setting.fallback),
                        std::string(setting.help)});
    }
    return rows;
}

}  // namespace conduitd
