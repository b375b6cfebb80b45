#pragma once

#include "config/config.hpp"
#include "io/load_watch.hpp"

namespace conduitd {

// As the settings say. Hooks get what they may have of this process's environment.
[[nodiscard]] LoadWatchOptions load_watch_options(const Config& config);

}  // namespace conduitd
