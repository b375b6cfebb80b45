#pragma once

#include "twitch_sim/model/model.hpp"

namespace twitch_sim {

struct World;

// Carries out an order of the admin API at `at`; what becomes of it stands in the order log.
void schedule_order(World& world, HttpCall order, TimePoint at);

}  // namespace twitch_sim
