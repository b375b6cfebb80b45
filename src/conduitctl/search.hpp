#pragma once

#include <map>
#include <string>
#include <vector>

namespace conduitctl {

// Where control sockets may be.
struct Places {
    std::vector<std::string> folders;
    std::string parent;  // itself, and every folder in it
};

// By the rules that workers choose their places by; an empty `state_dir` stands for those of the
// environment.
[[nodiscard]] Places known_places(const std::map<std::string, std::string>& environment,
                                  const std::string& state_dir);

struct FoundSockets {
    std::vector<std::string> paths;  // sorted, each socket once
    std::vector<std::string>
        looked;  // folders, each with what kept it from being read, if anything
};

[[nodiscard]] FoundSockets find_sockets(const Places& places);

}  // namespace conduitctl
