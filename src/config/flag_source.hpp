#pragma once

#include "config/load.hpp"
#include "config/sources.hpp"

#include <string>
#include <string_view>

namespace conduitd::settings {

// The flag that names the file; it is not a setting.
inline constexpr std::string_view config_flag = "config";

// Everything that may stand behind `--` with a value; secrets too, though they are refused.
[[nodiscard]] bool is_flag_name(std::string_view name);

// The flag that was probably meant, "--shard.id"; empty when none is near.
[[nodiscard]] std::string nearest_flag(std::string_view name);

// Adds what the flags say. A secret as a flag is a problem, and its value is not kept.
void collect_flags(const ConfigInput& input, Sources& sources);

}  // namespace conduitd::settings
