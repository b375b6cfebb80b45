#pragma once

#include "config/load.hpp"

#include <string>
#include <vector>

namespace conduitd {

// Where the worker of a configuration is found by those who look for it.
struct WorkerLocation {
    std::string state_dir;              // empty where nothing names one
    std::string control_path;           // empty unless `control.path` is set, and to a path
    std::string socket;                 // where it listens, set or by default; empty: nowhere
    std::vector<std::string> problems;  // as those of load_config
};

// From the same sources, by the same rules as load_config, but from nothing else of them than
// `control.path`, `name`, `state.dir` and `shard.id`: who looks for a worker need not be able to
// read its secrets.
[[nodiscard]] WorkerLocation locate_worker(const ConfigInput& input);

}  // namespace conduitd
