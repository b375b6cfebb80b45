#include "io/load_watch.hpp"

#include "base/error.hpp"
#include "io/asio.hpp"
#include "io/clock.hpp"
#include "io/hook_runner.hpp"
#include "io/thread_work.hpp"
#include "sink/load_line.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <utility>

namespace conduitd {
namespace {

// Rounded, as the lines have it.
std::int64_t to_percent(double share) {
    return std::llround(std::min(share, 100.0) * 100);
}

}  // namespace

// Handlers that come after the watch has gone find this gone too.
struct LoadWatch::State : std::enable_shared_from_this<LoadWatch::State> {
    State(asio::io_context& context, const LoadWatchOptions& options, const LineOrigin& line_origin,
          LogSink& log_sink, LoadWatchEvents handlers)
        : period(std::chrono::duration_cast<std::chrono::steady_clock::duration>(options.period)),
          origin(line_origin),
          log(log_sink, "load"),
          events(std::move(handlers)),
          monitor(options.monitor, wall_now()),
          timer(context.get_executor()),
          load_hook(context, hook_options("load", options.load_hook, options), log_sink),
          backlog_hook(context, hook_options("backlog", options.backlog_hook, options), log_sink) {}

    static HookOptions hook_options(const char* name, const std::string& command,
                                    const LoadWatchOptions& options) {
        HookOptions out;
        out.name = name;
        out.command = command;
        out.environment = options.hook_environment;
        out.time_limit = options.hook_time_limit;
        return out;
    }

    void wait() {
        timer.expires_after(period);
        timer.async_wait([weak = weak_from_this()](const ErrorCode& error) {
            const auto state = weak.lock();
            if (state && !error && !state->is_stopped) state->on_period();
        });
    }

    void on_period() {
        const Duration lag = std::chrono::steady_clock::now() - timer.expiry();
        auto reading = events.read();
        reading.load.busy = work.total();
        reading.load.lag = lag;
        const auto changes = monitor.on_reading(reading, monotonic_now(), wall_now());
        if (changes.is_load_changed) tell_load();
        if (changes.is_backlog_changed) tell_backlog();
        wait();
    }

    void tell_load() {
        const LoadStatus& status = monitor.status();
        const LoadFigures& figures = status.load_figures;
        say("the load has another level", status.load,
            {{"level", name_of(status.load.level)},
             {"share_percent", to_percent(figures.share)},
             {"events_per_second", std::llround(figures.events_per_second)},
             {"busy_percent", to_percent(figures.busy)},
             {"lag_ms", to_milliseconds(figures.lag)},
             {"spool_memory_percent", to_percent(figures.spool_memory)}});
        std::string line;
        append_load_line(line, origin, status);
        events.send(line);
        load_hook.run({std::string(name_of(status.load.level)), std::move(line)});
    }

    void tell_backlog() {
        const LoadStatus& status = monitor.status();
        const BacklogFigures& figures = status.backlog_figures;
        say("the slowest consumer's backlog has another level", status.backlog,
            {{"level", name_of(status.backlog.level)},
             {"share_percent", to_percent(figures.share)},
             {"consumer", figures.consumer},
             {"bytes", figures.bytes},
             {"age_ms", to_milliseconds(figures.age)}});
        std::string line;
        append_backlog_line(line, origin, status);
        backlog_hook.run({std::string(name_of(status.backlog.level)), std::move(line)});
    }

    void say(std::string_view what, const LevelStatus& status, Log::Fields fields) const {
        if (status.level == Level::available) {
            log.info(what, fields);
        } else {
            log.warn(what, fields);
        }
    }

    const std::chrono::steady_clock::duration period;
    const LineOrigin& origin;
    Log log;
    LoadWatchEvents events;
    LoadMonitor monitor;
    ThreadWork work;
    bool is_stopped = false;
    Timer timer;
    HookRunner load_hook;
    HookRunner backlog_hook;
};

LoadWatch::LoadWatch(asio::io_context& context, const LoadWatchOptions& options,
                     const LineOrigin& origin, LogSink& log_sink, LoadWatchEvents events)
    : state_(std::make_shared<State>(context, options, origin, log_sink, std::move(events))) {}

LoadWatch::~LoadWatch() {
    stop();
}

void LoadWatch::start() {
    state_->wait();
}

void LoadWatch::stop() {
    state_->is_stopped = true;
    state_->timer.cancel();
    state_->load_hook.stop();
    state_->backlog_hook.stop();
}

LoadStatus LoadWatch::status() const {
    LoadStatus status = state_->monitor.status();
    status.load_hook = state_->load_hook.status();
    status.backlog_hook = state_->backlog_hook.status();
    return status;
}

}  // namespace conduitd
