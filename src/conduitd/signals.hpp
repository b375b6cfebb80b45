#pragma once

#include "io/asio.hpp"

#include <boost/asio/signal_set.hpp>

#include <functional>

namespace conduitd {

struct SignalHandlers {
    std::function<void()> stop;          // the first TERM or INT
    std::function<void()> stop_at_once;  // each one after it
    std::function<void()> tell_status;   // USR1
    std::function<void()> reload;        // HUP
};

// The signals of the process, on the loop's thread.
class Signals {
public:
    // They are caught from here on, and handled once watch() is called and the loop runs.
    Signals(asio::io_context& context, SignalHandlers handlers);

    void watch();

private:
    void wait_for_stop();
    void wait_for_notice();

    SignalHandlers handlers_;
    asio::signal_set stops_;
    asio::signal_set notices_;
    bool has_stopped_ = false;
};

}  // namespace conduitd
