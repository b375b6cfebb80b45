#pragma once

#include "base/log.hpp"
#include "io/http_router.hpp"
#include "telemetry/status_document.hpp"

#include <functional>
#include <vector>

namespace conduitd {

// What the daemon lets an operator see and do.
struct ControlVerbs {
    std::function<DaemonStatus()> status;
    std::function<RotateVerdict()> rotate;
    std::function<void()> drain;  // may be called again, to no further effect
};

// GET /status, POST /rotate (202, or 409 with the reason), POST /drain (202). Orders are logged
// with who gave them.
[[nodiscard]] std::vector<Route> make_control_routes(ControlVerbs verbs, Log log);

}  // namespace conduitd
