#pragma once

#include "base/log.hpp"
#include "conduitd/read_again.hpp"
#include "config/config.hpp"

#include <string>
#include <vector>

namespace conduitd {

struct DaemonStart {
    std::vector<std::string> arguments;  // of the program, itself first: to start it anew
    bool takes_over = false;             // from the process that serves under our name
    int takeover_socket = -1;            // from the one at the other end; becomes the daemon's
};

// The whole daemon: makes the parts, starts them, and stops them in order (worker, then sink and
// spool). Returns the exit code. stdout is the sink; nothing else is written to it.
[[nodiscard]] int run_daemon(const Config& config, DaemonStart start, ReadAgain read_again,
                             LogSink& log_sink);

}  // namespace conduitd
