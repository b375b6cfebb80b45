#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "helix/client.hpp"
#include "worker/parking_hosts.hpp"

#include <optional>
#include <string>

namespace conduitd {

// Before the sessions are closed for a stop.
struct Parking {
    TimePoint give_up_at;
    std::string host{};  // the session that is to have them
    ShardSet round{};    // all that it is to have
    ShardSet waiting{};  // of these, and without it: those that nobody has taken yet
    ShardSet batch{};
    std::optional<CallId> call{};
    ShardSet parked{};    // since the order to stop
    ShardSet unserved{};  // of these: their host has gone, no other has taken them yet
    TimePoint unserved_since = never;
    TimePoint parked_at = never;   // all of the latest round
    TimePoint read_since = never;  // likewise, or a look that found nothing; not while asking
    bool is_last_look = true;      // if it finds nothing to be done
    bool is_listed = false;
    ParkingHosts hosts{};
    unsigned looks_failed = 0;
};

}  // namespace conduitd
