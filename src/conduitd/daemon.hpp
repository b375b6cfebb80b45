#pragma once

#include "base/log.hpp"
#include "conduitd/read_again.hpp"
#include "config/config.hpp"

namespace conduitd {

// The whole daemon: makes the parts, starts them, and stops them in order (worker, then sink and
// spool). Returns the exit code. stdout is the sink; nothing else is written to it.
[[nodiscard]] int run_daemon(const Config& config, ReadAgain read_again, LogSink& log_sink);

}  // namespace conduitd
