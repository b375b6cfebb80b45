#include "config/environment_source.hpp"

#include "config/nearest_name.hpp"
#include "config/problem.hpp"
#include "config/secret_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace conduitd::settings {
namespace {

std::vector<std::string> variables_of(const Setting& setting) {
    std::vector<std::string> names{environment_name(setting)};
    if (!setting.alias.empty()) names.emplace_back(setting.alias);
    return names;
}

// Every `CONDUITD_` variable that means something, without that prefix.
std::vector<std::string> known_suffixes() {
    const auto suffix = [](std::string_view name) {
        return std::string(name.substr(environment_prefix.size()));
    };
    std::vector<std::string> names{suffix(config_variable)};
    for (const Setting& setting : all_settings()) {
        names.push_back(suffix(environment_name(setting)));
        if (setting.is_secret()) names.push_back(names.back() + std::string(file_variable_suffix));
    }
    return names;
}

std::string warn_unknown(const std::string& name, std::string_view suffix,
                         const std::vector<std::string>& known) {
    const auto nearest = nearest_name(suffix, known);
    if (!nearest.empty()) {
        return describe(name, {}, "not a setting, ignored",
                        fmt::format("did you mean {}{}?", environment_prefix, nearest));
    }
    const bool is_of_kubernetes = suffix.starts_with("PORT") || suffix.starts_with("SERVICE_");
    return describe(name, {}, "not a setting, ignored",
                    is_of_kubernetes ? "Kubernetes sets it for a Service named conduitd, unless "
                                       "the pod has enableServiceLinks: false"
                                     : "");
}

void collect_setting(const ConfigInput& input, const Setting& setting, Sources& sources) {
    for (const std::string& name : variables_of(setting)) {
        if (auto value = variable(input, name); !value.empty()) {
            sources.candidates.push_back({&setting, Rank::environment, name, std::move(value)});
        }
        if (!setting.is_secret()) continue;
        const std::string file_variable = name + std::string(file_variable_suffix);
        if (const auto path = variable(input, file_variable); !path.empty()) {
            collect_secret_file(input, setting, Rank::environment, file_variable, path, sources);
        }
    }
}

}  // namespace

std::string variable(const ConfigInput& input, std::string_view name) {
    const auto found = input.environment.find(std::string(name));
    return found == input.environment.end() ? std::string() : found->second;
}

void collect_environment(const ConfigInput& input, Sources& sources) {
    for (const Setting& setting : all_settings()) {
        if (sources.wants(setting)) collect_setting(input, setting, sources);
    }

    const auto known = known_suffixes();
    for (const auto& entry : input.environment) {
        const std::string_view name = entry.first;
        if (!name.starts_with(environment_prefix) || entry.second.empty()) continue;
        const auto suffix = name.substr(environment_prefix.size());
        if (std::ranges::find(known, suffix) != known.end()) continue;
        sources.warnings.push_back(warn_unknown(entry.first, suffix, known));
    }
}

}  // namespace conduitd::settings
