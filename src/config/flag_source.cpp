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
    std::vector<std::string> names{std::string(config_flag)};
    for (const Setting& setting : all_settings()) {
        if (!setting.is_secret()) names.emplace_back(setting.name);
    }
    const auto nearest = nearest_name(name, names);
    return describe(where, {}, "not a setting",
                    nearest.empty() ? "remove it" : fmt::format("did you mean --{}?", nearest));
}

}  // namespace

void collect_flags(const ConfigInput& input, Sources& sources) {
    for (const Flag& flag : input.flags) {
        if (flag.name == config_flag) continue;
        const std::string where = "--" + flag.name;
        const Setting* const setting = find_setting(flag.name);
        if (setting == nullptr) {
            sources.problems.push_back(refuse_unknown(where, flag.name));
        } else if (setting->is_secret()) {
            sources.problems.push_back(refuse_secret(where, *setting));
            sources.unusable.push_back(setting);
        } else {
            sources.candidates.push_back({setting, Rank::flag, where, flag.value});
        }
    }
}

}  // namespace conduitd::settings
