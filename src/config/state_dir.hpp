#pragma once

#include "config/load.hpp"

#include <optional>
#include <string>

namespace conduitd::settings {

struct StateDir {
    std::string path;
    std::string origin;  // the variable it comes from
};

// The folder where state is kept when no setting says so: the first of $STATE_DIRECTORY (systemd
// separates several by colons), else below $XDG_STATE_HOME, else below $HOME. Relative paths are
// passed over, as the XDG base directory specification asks for.
[[nodiscard]] std::optional<StateDir> default_state_dir(const ConfigInput& input);

}  // namespace conduitd::settings
