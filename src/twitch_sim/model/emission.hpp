#pragma once

#include "twitch_sim/model/delivery.hpp"
#include "twitch_sim/model/event_source.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace twitch_sim {

struct World;

// Events that are asked for, beside those of the generator.
struct Emission {
    EventSource::Wishes wishes;
    std::uint64_t count = 1;
    Delivery::Members members = Delivery::Members::known;
};

// Makes them, and delivers each to every conduit. Answers the message ids.
std::vector<std::string> emit(World& world, const Emission& emission, TimePoint now);

}  // namespace twitch_sim
