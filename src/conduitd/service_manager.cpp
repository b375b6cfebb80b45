#include "conduitd/service_manager.hpp"

#include "io/clock.hpp"

#include <utility>

namespace conduitd {

ServiceManager::ServiceManager(asio::io_context& context, const ServiceEnvironment& environment,
                               const Log& log, std::function<ServiceState()> state)
    : log_(log),
      state_(std::move(state)),
      notices_(environment.watchdog),
      timer_(context.get_executor()) {
    if (environment.notify_socket.empty()) return;
    auto socket = NotifySocket::open(environment.notify_socket);
    if (socket) {
        socket_ = std::move(*socket);
    } else {
        log_.warn("NOTIFY_SOCKET cannot be used: the service manager is told nothing",
                  {{"socket", environment.notify_socket}, {"reason", socket.error().message()}});
    }
}

void ServiceManager::say(const std::string& status) {
    if (socket_) (void)send("STATUS=" + status + "\n");
}

void ServiceManager::tell(const std::string& message) {
    if (socket_) (void)send(message);
}

void ServiceManager::watch() {
    if (!socket_) return;
    look();
    timer_.expires_after(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(notices_.pause()));
    timer_.async_wait([this](const ErrorCode& error) {
        if (!error) watch();
    });
}

void ServiceManager::look() {
    if (!socket_) return;
    const auto message = notices_.message(state_(), monotonic_now());
    if (!message.empty() && send(message)) notices_.on_told();
}

// A manager that is behind or restarted is told with the next look.
bool ServiceManager::send(const std::string& message) {
    const auto error = socket_->send(message);
    if (error && !std::exchange(is_trouble_said_, true)) {
        log_.warn("the service manager cannot be told how we are: trying again",
                  {{"reason", error.message()}});
    }
    if (!error) is_trouble_said_ = false;
    return !error;
}

}  // namespace conduitd
