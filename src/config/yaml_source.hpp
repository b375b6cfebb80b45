#pragma once

#include "config/load.hpp"
#include "config/sources.hpp"

namespace conduitd::settings {

// Finds the file (the flag `config`, else CONDUITD_CONFIG, else the default one, which alone may be
// missing) and adds what it says.
void collect_yaml(const ConfigInput& input, Sources& sources);

}  // namespace conduitd::settings
