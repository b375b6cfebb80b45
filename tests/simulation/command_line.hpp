#pragma once

#include "base/defect.hpp"
#include "run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace simulation {

struct CommandLine {
    std::uint64_t seeds = 1000;
    std::optional<std::uint64_t> first;  // drawn when not given
    std::optional<std::uint64_t> only;   // --seed: one run
    bool has_trace = false;
    Playing playing = Playing::all;
    unsigned jobs = 0;  // 0: one for each core
    std::string seeds_file;
    conduitd::Defect defect = conduitd::Defect::none;
    bool finds_all = false;  // --find-all: every defect in turn
    bool must_fail = false;  // --expect-failure: of the seeds at least one is to fail
};

struct Usage {
    std::string text;
    bool is_error;
};

[[nodiscard]] std::variant<CommandLine, Usage> parse_command_line(int count, char** words);

}  // namespace simulation
