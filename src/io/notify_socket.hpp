#pragma once

#include "base/error.hpp"
#include "io/descriptor.hpp"
#include "io/unix_address.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace conduitd {

// Where a service manager listens for what its service has to say: one datagram for each message
// (sd_notify(3), `NOTIFY_SOCKET`).
class NotifySocket {
public:
    // `name` is a path from the root on, or `@name` for an abstract socket. Whether anybody listens
    // shows with the first message.
    // Errors: invalid_argument (of another kind), filename_too_long, what the system says.
    [[nodiscard]] static Result<std::unique_ptr<NotifySocket>> open(const std::string& name);

    NotifySocket(int fd, const UnixAddress& address) : socket_(fd), address_(address) {}
    // Without waiting: a manager that is behind (would_block) or away must not hold events up.
    // Errors: what the system says; nothing was sent then.
    [[nodiscard]] ErrorCode send(std::string_view message);

private:
    Descriptor socket_;
    UnixAddress address_;
};

}  // namespace conduitd
