#pragma once

#include "config/load.hpp"
#include "config/sources.hpp"

#include <string>
#include <string_view>

namespace conduitd::settings {

// The variable that names the file; it is not a setting.
inline constexpr std::string_view config_variable = "CONDUITD_CONFIG";

// Empty where the variable is not set: an empty variable counts as not set.
[[nodiscard]] std::string variable(const ConfigInput& input, std::string_view name);

// Adds what the environment says: `CONDUITD_` names, the `TWITCH_` names people already use, and
// for secrets both with `_FILE`. Any other `CONDUITD_` variable is only a warning: Kubernetes sets
// some for a Service of that name.
void collect_environment(const ConfigInput& input, Sources& sources);

}  // namespace conduitd::settings
