#pragma once

#include "base/time.hpp"
#include "config/load.hpp"

#include <string>

namespace conduitd {

enum class HealthQuestion {
    is_ready,  // as GET /readyz: its session has every shard that it claims, or it stands by
    is_alive,  // as GET /livez: its loop turns
};

struct Health {
    bool is_well = false;
    std::string text;  // for people
};

// What a worker that is well needs at most for an answer.
inline constexpr Duration health_time_max = std::chrono::seconds(3);

// Asks the worker of this configuration at its control socket; for `HEALTHCHECK` and for probes
// that run a command. No secret of the configuration is read.
[[nodiscard]] Health ask_health(const ConfigInput& input, HealthQuestion question);

// From the answer to the question: an HTTP status and its body.
[[nodiscard]] Health judge_health(unsigned status, const std::string& body);

}  // namespace conduitd
