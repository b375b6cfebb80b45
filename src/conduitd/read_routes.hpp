#pragma once

#include "io/http_router.hpp"
#include "telemetry/status_document.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace conduitd {

// What may be asked of the daemon, and changes nothing: GET /livez (200: its loop turns), /readyz
// (200, or 503 with the reason), /status, and /metrics, whose answer `metrics` makes.
[[nodiscard]] std::vector<Route> make_read_routes(
    std::function<DaemonStatus()> status, std::function<std::shared_ptr<LateAnswer>()> metrics);

}  // namespace conduitd
