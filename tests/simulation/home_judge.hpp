#pragma once

#include "checker.hpp"
#include "event_queue.hpp"
#include "roaming_fleet.hpp"
#include "roaming_places.hpp"
#include "roaming_plan.hpp"

namespace simulation {

// Judges which shards the workers of a fleet take for theirs once they have had the time to look:
// from `recovered_by()` on none that the conduit has no more.
class HomeJudge {
public:
    struct Parts {
        const RoamingPlan& plan;
        EventQueue& queue;
        Checker& checker;
        const RoamingFleet& fleet;
        const RoamingPlaces& places;
    };
    explicit HomeJudge(Parts parts) : parts_(parts) {}

    // Now and then.
    void watch() const;

private:
    Parts parts_;
};

}  // namespace simulation
