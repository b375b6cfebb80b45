#pragma once

#include "config/sources.hpp"

#include <string_view>
#include <vector>

namespace conduitd::settings {

// What holds for one setting, and where it came from.
struct Choice {
    const Setting* setting;
    const Candidate* winner = nullptr;  // of the highest rank; nullptr: nobody set it
    bool is_refused = false;            // the winner's text is not a value of this setting
};

struct Choices {
    std::vector<Choice> rows;  // one for each setting, in the table's order
    std::vector<std::string> problems;
    std::vector<std::string> notes;

    // `name` is in the table.
    [[nodiscard]] const Choice& of(std::string_view name) const;
};

// Parses every candidate, also those that a higher rank overrides, puts the winners (else the
// defaults) into `config`, refuses sources of one rank that disagree, and notes what overrides
// what. The result points into `sources`.
[[nodiscard]] Choices choose(const Sources& sources, Config& config);

}  // namespace conduitd::settings
