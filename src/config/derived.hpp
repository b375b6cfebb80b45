#pragma once

#include "config/choose.hpp"
#include "config/load.hpp"
#include "config/sources.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace conduitd::settings {

// A value that no source gives as it stands.
struct DerivedValue {
    std::string_view name;  // of the setting
    std::string value;
    std::string origin;
};

// Puts into `config` what is worked out from other settings and from the environment: `state.dir`,
// `name`, and with both of them `control.path`. The state folder stays empty where nothing names
// one.
[[nodiscard]] std::vector<DerivedValue> derive(const ConfigInput& input, const Sources& sources,
                                               const Choices& choices, Config& config,
                                               std::vector<std::string>& problems);

}  // namespace conduitd::settings
