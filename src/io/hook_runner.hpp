#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "sink/load_status.hpp"

#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace conduitd {

struct HookOptions {
    std::string name;     // for the log, and $CONDUITD_HOOK
    std::string command;  // for `/bin/sh -c`; empty: nothing is ever run
    std::vector<std::string> environment;
    Duration time_limit = std::chrono::seconds(10);
    // Between TERM and KILL, to the whole group, of a run that is ended before its time.
    Duration kill_after = std::chrono::seconds(2);
    // The same when this object goes, which waits for it; and as long again for what KILL does.
    Duration end_patience = std::chrono::milliseconds(500);
};

// What a hook is told.
struct HookNews {
    std::string level;  // $CONDUITD_LEVEL
    std::string input;  // at most ChildProcess::input_bytes_max bytes
};

// Runs a command of the operator's whenever there is news, one run at a time. What comes while one
// is under way waits; of several the last one wins, for a hook is about how things are. So however
// slow the command is, there is one process and one piece of news.
//
// A run is good when the shell ends with 0 within `time_limit`. What it left behind in the
// background then stays; with a run that is ended before its time everything in its group goes.
class HookRunner {
public:
    // `log_sink` outlives this object. Everything happens on the io_context's thread.
    HookRunner(boost::asio::io_context& context, HookOptions options, LogSink& log_sink);
    // Ends the run under way as its time limit would, but waits for that: at most twice
    // `end_patience`.
    ~HookRunner();
    HookRunner(const HookRunner&) = delete;
    HookRunner& operator=(const HookRunner&) = delete;

    void run(HookNews news);

    // Ends the run under way, without waiting; nothing is run any more.
    void stop();

    [[nodiscard]] HookStatus status() const;
    [[nodiscard]] bool is_idle() const;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace conduitd
