#pragma once

#include "config/config.hpp"
#include "worker/options.hpp"

#include <string>

namespace conduitd {

// As the settings say. `cached_token`: of the process before; empty where there is none.
[[nodiscard]] WorkerOptions worker_options(const Config& config, const std::string& cached_token);

}  // namespace conduitd
