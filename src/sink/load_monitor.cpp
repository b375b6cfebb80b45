#include "sink/load_monitor.hpp"

#include <algorithm>

namespace conduitd {
namespace {

double share_of(Duration part, Duration whole) {
    return std::chrono::duration<double>(part) / std::chrono::duration<double>(whole);
}

// Whether the level has changed.
bool follow(LevelGauge& gauge, double share, TimePoint now, WallTime wall_now,
            LevelStatus& status) {
    const auto change = gauge.on_share(share, now);
    if (!change) return false;
    status = {change->to,
              change->from,
              wall_now,
              gauge.times_entered(Level::available),
              gauge.times_entered(Level::high),
              gauge.times_entered(Level::overload)};
    return true;
}

}  // namespace

LoadMonitor::LoadMonitor(const LoadMonitorOptions& options, WallTime now)
    : options_(options),
      load_(options.load),
      load_gauge_(options.load_limits),
      backlog_gauge_(options.backlog_limits) {
    status_.load.since = now;
    status_.backlog.since = now;
}

LoadMonitor::Changes LoadMonitor::on_reading(const LoadReading& reading, TimePoint now,
                                             WallTime wall_now) {
    load_.on_sample(reading.load, now);
    status_.load_figures = load_.figures();
    arrivals_.on_sample(reading.next, now);
    measure_backlog(reading, now);

    Changes changes;
    changes.is_load_changed =
        follow(load_gauge_, status_.load_figures.share, now, wall_now, status_.load);
    changes.is_backlog_changed =
        follow(backlog_gauge_, status_.backlog_figures.share, now, wall_now, status_.backlog);
    return changes;
}

void LoadMonitor::measure_backlog(const LoadReading& reading, TimePoint now) {
    BacklogFigures& figures = status_.backlog_figures;
    figures = {};
    if (!reading.slowest) return;
    figures.consumer = reading.slowest->name;
    figures.bytes = reading.slowest->bytes;
    figures.age = arrivals_.age_of(reading.slowest->next, now);
    figures.share = std::max(
        static_cast<double>(figures.bytes) / static_cast<double>(options_.backlog_bytes_max),
        share_of(figures.age, options_.backlog_age_max));
}

}  // namespace conduitd
