#pragma once

#include "base/time.hpp"

#include <map>
#include <optional>
#include <string>

namespace conduitd {

// What a service manager says of itself in the environment of its service (sd_notify(3),
// sd_watchdog_enabled(3)).
struct ServiceEnvironment {
    std::string notify_socket;         // empty: nobody wants to be told anything
    std::optional<Duration> watchdog;  // within which it wants to be told that we are alive
};

// A watchdog of another process (`WATCHDOG_PID`), or one whose interval is no number, is none.
[[nodiscard]] ServiceEnvironment service_environment(
    const std::map<std::string, std::string>& environment, int pid);

}  // namespace conduitd
