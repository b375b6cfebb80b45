#pragma once

#include "config/load.hpp"

#include <optional>
#include <string>
#include <vector>

namespace conduitd {

enum class Command { run, check, config };

struct CommandLine {
    Command command = Command::run;
    std::vector<Flag> flags;  // every --name value, as given

    // Set when there is nothing to run: --help, --version (0) or a usage error (64). `text` is then
    // to be printed, on stdout for 0 and on stderr otherwise.
    std::optional<int> exit_code;
    std::string text;
};

// Splits words; what a value means is judged by load_config.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace conduitd
