#pragma once

#include "dice.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace simulation {

// What a seed means to the start of a fleet.
struct FoundingPlan {
    unsigned workers = 1;
    unsigned hosts = 1;
    unsigned conduits = 0;           // that are there before; one, or none
    std::uint32_t shards_there = 1;  // of it
    bool may_grow = false;
    bool may_recreate = false;
    bool is_disturbed = false;  // calls are lost
    bool has_hasty_user = false;
    bool is_deleted_between = false;  // by an operator, between the first and the second start
    Duration one_way_max{};
    Duration starts_within{};

    explicit FoundingPlan(Dice& dice) {
        using namespace std::chrono_literals;
        workers = static_cast<unsigned>(dice.between(1, 8));
        hosts = static_cast<unsigned>(dice.between(1, std::min(workers, 4U)));
        conduits = dice.chance(30) ? 1 : 0;
        may_grow = dice.chance(50);
        shards_there = may_grow ? static_cast<std::uint32_t>(dice.between(1, workers)) : workers;
        may_recreate = dice.chance(50);
        is_disturbed = dice.chance(30);
        has_hasty_user = !is_disturbed && conduits == 0 && dice.chance(20);
        is_deleted_between = dice.chance(30);
        one_way_max = dice.spread(1ms, 250ms);
        starts_within = dice.chance(50) ? dice.spread(1ms, 100ms) : dice.spread(100ms, 4s);
    }
};

}  // namespace simulation
