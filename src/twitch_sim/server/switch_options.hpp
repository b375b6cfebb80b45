#pragma once

#include "twitch_sim/model/switches.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): its own
class App;
}

namespace twitch_sim {

// One option for each switch: "--claim-errors empty|absent|null". Both live as long as the parse.
void add_switch_options(CLI::App& app, Switches& switches);

}  // namespace twitch_sim
