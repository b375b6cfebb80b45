#include "io/notify_socket.hpp"

#include <sys/socket.h>

namespace conduitd {

Result<std::unique_ptr<NotifySocket>> NotifySocket::open(const std::string& name) {
    if (!name.starts_with('/') && !UnixAddress::is_abstract(name)) {
        return make_error_code(boost::system::errc::invalid_argument);
    }
    const auto address = UnixAddress::parse(name);
    if (!address) return address.error();
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return last_error();
    return std::make_unique<NotifySocket>(fd, *address);
}

ErrorCode NotifySocket::send(std::string_view message) {
    const auto sent = ::sendto(socket_.number(), message.data(), message.size(), MSG_NOSIGNAL,
                               address_.data(), address_.size());
    return sent < 0 ? last_error() : ErrorCode();
}

}  // namespace conduitd
