#pragma once

#include "roaming_fleet.hpp"
#include "socket_network.hpp"
#include "twitch.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace simulation {

// Where a shard points at Twitch, and whose session that is.
struct Place {
    std::string session_id;  // empty: it never had one
    bool is_enabled = false;
    std::optional<ProcessId> process;  // of the session, while there is one
    bool is_read = false;              // by a process that is there
};

// What Twitch has of the one conduit of a fleet.
class RoamingPlaces {
public:
    RoamingPlaces(const Twitch& twitch, const SocketNetwork& sockets, RoamingFleet& fleet)
        : twitch_(twitch), sockets_(sockets), fleet_(fleet) {}

    [[nodiscard]] std::uint32_t count() const;
    [[nodiscard]] Place find(std::uint32_t shard) const;
    // How many of the shards point at the session, and the lowest of them.
    [[nodiscard]] unsigned carried_by(const std::string& session_id) const;
    [[nodiscard]] std::uint32_t lowest_of(const std::string& session_id) const;

private:
    const Twitch& twitch_;
    const SocketNetwork& sockets_;
    RoamingFleet& fleet_;
};

}  // namespace simulation
