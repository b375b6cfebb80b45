#pragma once

#include "config/config.hpp"
#include "spool/options.hpp"

namespace conduitd {

// As the settings say.
[[nodiscard]] SpoolOptions spool_options(const Config& config);

}  // namespace conduitd
