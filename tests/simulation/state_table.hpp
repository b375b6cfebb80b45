#pragma once

#include "coverage.hpp"

#include <optional>
#include <string>
#include <vector>

namespace simulation {

struct StateTable {
    Coverage listed;
    Coverage usual;  // without those in brackets, which take a rare chance
};

// The worker's table of states and inputs, as a person wrote it: a Markdown table whose head names
// the inputs and whose rows begin with a state. Nothing when the file cannot be read or has no such
// table, or when a word in it is neither a state nor an input.
[[nodiscard]] std::optional<StateTable> read_state_table(const std::string& path);

// "holding, reconnect: moving" for each transition that is in `these` and not in `those`.
[[nodiscard]] std::vector<std::string> missing_in(const Coverage& those, const Coverage& these);

}  // namespace simulation
