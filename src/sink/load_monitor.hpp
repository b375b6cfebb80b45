#pragma once

#include "base/time.hpp"
#include "sink/arrival_times.hpp"
#include "sink/level.hpp"
#include "sink/load_meter.hpp"
#include "sink/load_status.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace conduitd {

struct LoadMonitorOptions {
    LoadMeterOptions load;
    LevelLimits load_limits;
    // All that a consumer may be behind.
    std::uint64_t backlog_bytes_max = 1024ULL * 1024 * 1024;
    Duration backlog_age_max = std::chrono::minutes(5);
    LevelLimits backlog_limits;
};

// The consumer that is furthest behind, whether it is connected or not.
struct SlowestConsumer {
    std::string name;
    std::uint64_t next = 1;   // the oldest record that it has not acked; as below when it has all
    std::uint64_t bytes = 0;  // of those that it has not acked
};

struct LoadReading {
    LoadSample load;
    std::uint64_t next = 1;                  // the sequence of the record that comes next
    std::optional<SlowestConsumer> slowest;  // none when there is no consumer
};

// The two levels of a worker. The load is what a second worker would take a part of; the backlog is
// what a consumer has not taken, which no other worker helps against. The latter's share is the
// larger of bytes / backlog_bytes_max and age / backlog_age_max.
//
// Nothing is shed at any level: what comes on top of an overload waits in kernel and spool, and
// what the spool's own limits drop is told as a gap.
class LoadMonitor {
public:
    struct Changes {
        bool is_load_changed = false;
        bool is_backlog_changed = false;
    };

    LoadMonitor(const LoadMonitorOptions& options, WallTime now);

    // To be called every second or more often.
    [[nodiscard]] Changes on_reading(const LoadReading& reading, TimePoint now, WallTime wall_now);

    // Without hooks, which are not the monitor's.
    [[nodiscard]] const LoadStatus& status() const { return status_; }

private:
    void measure_backlog(const LoadReading& reading, TimePoint now);

    LoadMonitorOptions options_;
    LoadMeter load_;
    LevelGauge load_gauge_;
    ArrivalTimes arrivals_;
    LevelGauge backlog_gauge_;
    LoadStatus status_;
};

}  // namespace conduitd
