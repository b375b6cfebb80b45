#include "conduitd/signals.hpp"

#include "base/error.hpp"

#include <csignal>
#include <utility>

namespace conduitd {

Signals::Signals(asio::io_context& context, SignalHandlers handlers)
    : handlers_(std::move(handlers)),
      stops_(context, SIGTERM, SIGINT),
      notices_(context, SIGHUP, SIGUSR1) {}

void Signals::watch() {
    wait_for_stop();
    wait_for_notice();
}

void Signals::wait_for_stop() {
    stops_.async_wait([this](const ErrorCode& error, int) {
        if (error) return;
        const bool is_first = !std::exchange(has_stopped_, true);
        is_first ? handlers_.stop() : handlers_.stop_at_once();
        wait_for_stop();
    });
}

void Signals::wait_for_notice() {
    notices_.async_wait([this](const ErrorCode& error, int signal) {
        if (error) return;
        signal == SIGUSR1 ? handlers_.tell_status() : handlers_.reload();
        wait_for_notice();
    });
}

}  // namespace conduitd
