#pragma once

#include "checker.hpp"
#include "connection.hpp"
#include "founding_judge.hpp"
#include "roaming_fleet.hpp"
#include "roaming_plan.hpp"
#include "socket_network.hpp"
#include "twitch.hpp"

#include <string_view>

namespace simulation {

// Judges how many conduits and shards there are while a fleet lives on one. Its rules, besides
// those of founding_judge.hpp for calls that set the number of shards:
//
//  1. No worker creates a conduit, nor deletes one.
//  2. None makes a shard but one that is to where none is free (`grow`), and none beyond
//     `shard.max`.
//  3. Who makes one has a session for it by then, welcomed and open: nobody else knows of the
//     shard, and Twitch drops its messages until it is claimed.
class CountJudge {
public:
    CountJudge(const EventQueue& queue, const Twitch& twitch, Checker& checker,
               const RoamingPlan& plan, const RoamingFleet& fleet, SocketNetwork& sockets)
        : checker_(checker),
          plan_(plan),
          fleet_(fleet),
          sockets_(sockets),
          calls_(queue, twitch, checker) {}

    // The process sends a call; it is about to take effect; its process is told what came of it.
    void on_sent(ProcessId process, const conduitd::HttpRequest& request);
    void on_effect(ProcessId process, const conduitd::HttpRequest& request);
    void on_told(ProcessId process, const conduitd::HttpRequest& request, std::string_view answer);

private:
    Checker& checker_;
    const RoamingPlan& plan_;
    const RoamingFleet& fleet_;
    SocketNetwork& sockets_;
    FoundingJudge calls_;
};

}  // namespace simulation
