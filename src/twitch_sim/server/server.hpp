#pragma once

#include "twitch_sim/server/options.hpp"

namespace twitch_sim {

// Serves until TERM or INT. Says where on stdout, as one line of JSON, once it listens; what keeps
// it from that is said on stderr.
[[nodiscard]] ExitCode run_server(const ServerOptions& options);

}  // namespace twitch_sim
