#pragma once

#include "load_generator/control.hpp"
#include "load_generator/event_frame.hpp"
#include "load_generator/session.hpp"
#include "load_generator/stream.hpp"

#include <cstdint>

namespace bench {

// Just enough of Twitch on one port of 127.0.0.1, with a thread for each connection. Everything
// lasts until the process ends.
class Server {
public:
    // `tls` is null for a plain one. The references outlive the process's threads.
    Server(SSL_CTX* tls, const EventFrame& frame, const LoadPlan& plan, Control& control)
        : tls_(tls), frame_(frame), plan_(plan), control_(control) {}

    // The port, chosen by the system; 0 when there is none to be had.
    [[nodiscard]] std::uint16_t listen();
    // Never returns.
    [[noreturn]] void run();

private:
    void serve(int fd);

    SSL_CTX* tls_;
    const EventFrame& frame_;
    const LoadPlan& plan_;
    Control& control_;
    int listener_ = -1;
    std::atomic<std::uint64_t> sessions_ = 0;
};

}  // namespace bench
