#pragma once

#include "checker.hpp"
#include "connection.hpp"
#include "event_queue.hpp"
#include "roaming_fleet.hpp"
#include "roaming_places.hpp"
#include "roaming_plan.hpp"

#include <cstdint>
#include <vector>

namespace simulation {

// Judges what a fleet that has nothing to do spends on looks at the listing. From
// `recovered_by()` to the end, where Twitch does not order sessions to move, each worker reads it
// at the pace of worker/look_pace.hpp, a quarter of which is jitter, and twice more: for looks
// behind its latest claims, and for one that began before.
class LookJudge {
public:
    LookJudge(const RoamingPlan& plan, const EventQueue& queue, Checker& checker,
              const RoamingFleet& fleet, const RoamingPlaces& places)
        : plan_(plan), queue_(queue), checker_(checker), fleet_(fleet), places_(places) {}

    void on_sent(ProcessId process, const conduitd::HttpRequest& request);
    void check_end();

private:
    const RoamingPlan& plan_;
    const EventQueue& queue_;
    Checker& checker_;
    const RoamingFleet& fleet_;
    const RoamingPlaces& places_;
    std::vector<std::uint64_t> calls_;  // by worker
};

}  // namespace simulation
