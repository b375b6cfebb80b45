#pragma once

#include "base/log.hpp"
#include "io/http_router.hpp"
#include "telemetry/status_document.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace conduitd {

// What the daemon lets an operator see and do.
struct ControlVerbs {
    std::function<DaemonStatus()> status;
    std::function<std::shared_ptr<LateAnswer>()> metrics;
    std::function<RotateVerdict()> rotate;
    std::function<void()> drain;  // may be called again, to no further effect
    std::function<ServedAnswer()> upgrade;
    std::function<void(int fd)> take_over;  // another process asks, by this socket
    std::function<std::shared_ptr<LateAnswer>()> wait_for_end;
    std::function<std::shared_ptr<LateAnswer>()> list_consumers;
    std::function<std::shared_ptr<LateAnswer>(const std::string&)> remove_consumer;
};

// GET /status, /metrics, /livez and /readyz (as make_read_routes()), POST /rotate (202, or 409 with
// the reason), POST /drain (202 at once), and POST /drain?wait (200 once the process ends, with its
// exit code and why). GET /consumers, and DELETE /consumers?name=<name>. Orders are logged with who
// gave them.
[[nodiscard]] std::vector<Route> make_control_routes(ControlVerbs verbs, Log log);

}  // namespace conduitd
