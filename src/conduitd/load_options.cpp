#include "conduitd/load_options.hpp"

#include "io/environment.hpp"
#include "io/hook_environment.hpp"

namespace conduitd {
namespace {

LevelLimits level_limits(const LevelPercents& percents, const Config& config) {
    LevelLimits limits;
    limits.available = percents.available / 100.0;
    limits.high = percents.high / 100.0;
    limits.overload = percents.overload / 100.0;
    limits.enter_after = config.load.enter_after;
    limits.leave_after = config.load.leave_after;
    return limits;
}

}  // namespace

LoadWatchOptions load_watch_options(const Config& config) {
    LoadWatchOptions options;
    options.monitor.load.capacity = static_cast<double>(config.load.capacity);
    options.monitor.load_limits = level_limits(config.load.levels, config);
    options.monitor.backlog_bytes_max = config.spool.bytes_max;
    options.monitor.backlog_age_max = config.backlog.age_max;
    options.monitor.backlog_limits = level_limits(config.backlog.levels, config);
    options.load_hook = config.hooks.load;
    options.backlog_hook = config.hooks.backlog;
    options.hook_time_limit = config.hooks.timeout;
    options.hook_environment = hook_environment(read_environment());
    return options;
}

}  // namespace conduitd
