#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "sink/line.hpp"
#include "sink/load_monitor.hpp"
#include "sink/load_status.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace conduitd {

struct LoadWatchOptions {
    LoadMonitorOptions monitor;
    Duration period = std::chrono::milliseconds(500);
    // Commands, each run when its level changes; empty: none.
    std::string load_hook;
    std::string backlog_hook;
    Duration hook_time_limit = std::chrono::seconds(10);
    std::vector<std::string> hook_environment;
};

struct LoadWatchEvents {
    // What there is to be measured now; the loop's own work and lag are filled in here.
    std::function<LoadReading()> read;
    // A line for every consumer that is connected, line break included.
    std::function<void(const std::string& line)> send;
};

// Drives a LoadMonitor: reads at every period, and says each change in the log, in the stream and
// to the hook. The lag it measures, and the work, are those of the io_context's thread, which makes
// it too.
class LoadWatch {
public:
    // `origin` and `log_sink` outlive this object.
    LoadWatch(boost::asio::io_context& context, const LoadWatchOptions& options,
              const LineOrigin& origin, LogSink& log_sink, LoadWatchEvents events);
    // Waits for hooks under way, each about a second at most.
    ~LoadWatch();
    LoadWatch(const LoadWatch&) = delete;
    LoadWatch& operator=(const LoadWatch&) = delete;

    void start();
    // Nothing is measured any more, and hooks under way are ended, without waiting.
    void stop();

    [[nodiscard]] LoadStatus status() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace conduitd
