#pragma once

#include "config/load.hpp"
#include "config/sources.hpp"

#include <string_view>

namespace conduitd::settings {

// The flag that names the file; it is not a setting.
inline constexpr std::string_view config_flag = "config";

// Adds what the flags say. A secret as a flag is a problem, and its value is not kept.
void collect_flags(const ConfigInput& input, Sources& sources);

}  // namespace conduitd::settings
