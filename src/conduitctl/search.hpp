#pragma once

#include "config/location.hpp"

#include <string>
#include <vector>

namespace conduitctl {

// Where control sockets may be.
struct Places {
    std::vector<std::string> folders;
    std::string parent = {};                // itself, and every folder in it
    std::vector<std::string> sockets = {};  // by their own names, there or not
};

// By the rules that workers choose their places by: the environment and what was found in it and in
// a file. `state_dir`, unless it is empty, goes before that of `location`.
[[nodiscard]] Places known_places(const conduitd::ConfigInput& input,
                                  const conduitd::WorkerLocation& location,
                                  const std::string& state_dir);

struct FoundSockets {
    std::vector<std::string> paths;  // sorted, each socket once
    std::vector<std::string>
        looked;  // folders, each with what kept it from being read, if anything
};

[[nodiscard]] FoundSockets find_sockets(const Places& places);

}  // namespace conduitctl
