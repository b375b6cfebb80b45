#pragma once

#include "telemetry/status_document.hpp"

#include <string>

namespace conduitd {

// How a daemon is, in one line for people: `systemctl status` shows it.
struct StatusLine {
    std::string state;    // changes with what the worker does
    std::string figures;  // change with every event

    [[nodiscard]] std::string text() const { return state + "; " + figures; }
};

// ready: shard 3 of conduit 26b1c993-…; 1042 events, 0 waiting for consumers
[[nodiscard]] StatusLine make_status_line(const DaemonStatus& status, bool is_stopping);

}  // namespace conduitd
