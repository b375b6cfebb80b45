#pragma once

#include "config/load.hpp"

#include <string>
#include <vector>

namespace conduitd {

enum class Command { run, check, config, health, help, version };

struct CommandLine {
    Command command = Command::run;  // --help and --version go before everything else
    bool is_live = false;            // --live, of `health`
    bool takes_over = false;         // --take-over, to run
    int takeover_socket = -1;        // --take-over=NUMBER: one that is open, at who is taken over
    std::vector<Flag> flags;         // every --name and its value, as given
    // One message for each word that is neither a flag nor a command: where, what was found, what
    // is allowed.
    std::vector<std::string> problems;
};

// Splits words; which flags there are and what their values mean is judged by load_config, so that
// all that is wrong can be said at once.
[[nodiscard]] CommandLine parse_command_line(int argc, const char* const* argv);

}  // namespace conduitd
