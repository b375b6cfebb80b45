#pragma once

#include "base/log.hpp"
#include "conduitd/service_environment.hpp"
#include "io/asio.hpp"
#include "io/notify_socket.hpp"
#include "telemetry/service_notices.hpp"

#include <functional>
#include <memory>
#include <string>

namespace conduitd {

// Tells the service manager that started us how we are, if there is one (systemd's Type=notify). It
// looks from the loop's thread: a loop that is stuck feeds no watchdog, one that waits for a disk
// does, for no file is touched there.
class ServiceManager {
public:
    ServiceManager(asio::io_context& context, const ServiceEnvironment& environment, const Log& log,
                   std::function<ServiceState()> state);
    ServiceManager(const ServiceManager&) = delete;
    ServiceManager& operator=(const ServiceManager&) = delete;

    // Somebody is told.
    [[nodiscard]] bool is_told() const { return socket_ != nullptr; }

    // Says what is done before or behind the loop.
    void say(const std::string& status);

    // Says something of its own, in the words of sd_notify(3).
    void tell(const std::string& message);

    // Looks from now on, again and again.
    void watch();
    // Looks now, for what must not wait.
    void look();

private:
    // Whether it was taken.
    [[nodiscard]] bool send(const std::string& message);

    Log log_;
    std::function<ServiceState()> state_;
    std::unique_ptr<NotifySocket> socket_;  // null: there is nobody to tell
    ServiceNotices notices_;
    Timer timer_;
    bool is_trouble_said_ = false;
};

}  // namespace conduitd
