#include "telemetry/service_notices.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

// Four looks in the watchdog's interval: one that comes late still finds half of it left.
Duration ServiceNotices::pause() const {
    const bool is_waited_for = !told_.is_ready && !told_.is_stopping;
    const auto pause = is_waited_for ? pause_before_ready : pause_max;
    return watchdog_ ? std::min(pause, *watchdog_ / 4) : pause;
}

bool ServiceNotices::is_line_due(const StatusLine& line, TimePoint now) const {
    if (!told_.line_at || line.state != told_.line.state) return true;
    return line.figures != told_.line.figures && now - *told_.line_at >= figures_interval;
}

bool ServiceNotices::is_alive_due(TimePoint now) const {
    return watchdog_ && (!told_.alive_at || now + pause() > *told_.alive_at + *watchdog_ / 2);
}

std::string ServiceNotices::message(const ServiceState& state, TimePoint now) {
    std::string message;
    next_ = told_;
    if (state.is_stopping && !std::exchange(next_.is_stopping, true)) message += "STOPPING=1\n";
    if (state.is_ready && !state.is_stopping && !std::exchange(next_.is_ready, true)) {
        message += "READY=1\n";
    }
    if (is_line_due(state.line, now)) {
        next_.line = state.line;
        next_.line_at = now;
        message += "STATUS=" + state.line.text() + "\n";
    }
    if (is_alive_due(now)) {
        next_.alive_at = now;
        message += "WATCHDOG=1\n";
    }
    return message;
}

}  // namespace conduitd
