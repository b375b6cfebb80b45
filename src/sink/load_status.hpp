#pragma once

#include "base/time.hpp"
#include "sink/level.hpp"
#include "sink/load_meter.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace conduitd {

struct LevelStatus {
    Level level = Level::available;
    std::optional<Level> previous;  // empty as long as the level has not changed
    WallTime since{};               // entered, or started
    // Changes since the start.
    std::uint64_t times_available = 0;
    std::uint64_t times_high = 0;
    std::uint64_t times_overload = 0;
};

// What the slowest consumer has not taken.
struct BacklogFigures {
    std::string consumer;  // its name; empty when nobody counts
    std::uint64_t bytes = 0;
    Duration age{};    // for how long the oldest of it has been there
    double share = 0;  // what the level goes by
};

struct HookStatus {
    std::uint64_t runs = 0;      // that have ended, whichever way
    std::uint64_t failures = 0;  // of these; or they could not be started
};

// How loaded this worker is, and how far its consumers are behind.
struct LoadStatus {
    LevelStatus load;
    LoadFigures load_figures;
    LevelStatus backlog;
    BacklogFigures backlog_figures;
    HookStatus load_hook;
    HookStatus backlog_hook;
};

}  // namespace conduitd
