#include "config/flag_source.hpp"

#include "config/nearest_name.hpp"
#include "config/problem.hpp"

#include <fmt/format.h>

namespace conduitd::settings {
namespace {

std::string refuse_secret(const std::string& where, const Setting& setting) {
    return describe(where, setting.name,
                    "a secret is not taken from the command line, where every user of the machine "
                    "can read it",
                    fmt::format("put it into {0}, into a file that {0}{1} names, into a systemd "
                                "credential, or into the YAML file",
                                setting.alias, file_variable_suffix));
}

std::string refuse_unknown(const std::string& where, const std::string& name) {
    const auto meant = nearest_flag(name);
    return describe(where, {}, "not a flag",
                    meant.empty() ? "allowed: those that conduitd --help lists; remove it"
                                  : fmt::format("did you mean {}?", meant));
}

std::string refuse_valueless(const std::string& where, const Setting* setting) {
    return describe(where, {}, "nothing where a value is expected",
                    setting == nullptr ? "allowed: the path of a YAML file" : allowed(*setting));
}

}  // namespace

bool is_flag_name(std::string_view name) {
    return name == config_flag || find_setting(name) != nullptr;
}

std::string nearest_flag(std::string_view name) {
    std::vector<std::string> names{std::string(config_flag), "help", "version"};
    for (const Setting& setting : all_settings()) {
        if (!setting.is_secret()) names.emplace_back(setting.name);
    }
    const auto nearest = nearest_name(name, names);
    return nearest.empty() ? std::string() : "--" + nearest;
}

void collect_flags(const ConfigInput& input, Sources& sources) {
    for (const Flag& flag : input.flags) {
        const std::string where = "--" + flag.name;
        const Setting* const setting = find_setting(flag.name);
        if (!is_flag_name(flag.name)) {
            sources.problems.push_back(refuse_unknown(where, flag.name));
            sources.is_command_line_wrong = true;
        } else if (setting != nullptr && setting->is_secret()) {
            sources.problems.push_back(refuse_secret(where, *setting));
            sources.unusable.push_back(setting);
        } else if (!flag.value) {
            sources.problems.push_back(refuse_valueless(where, setting));
            sources.is_command_line_wrong = true;
            if (setting != nullptr) sources.unusable.push_back(setting);
        } else if (setting != nullptr) {
            sources.candidates.push_back({setting, Rank::flag, where, *flag.value});
        }
    }
}

}  // namespace conduitd::settings
