#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstring>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>

namespace conduitd {

// A path as the address of a Unix socket.
class UnixAddress {
public:
    // Errors: filename_too_long; the system would take a part of it for the whole.
    [[nodiscard]] static Result<UnixAddress> make(const std::string& path) {
        UnixAddress address;
        if (path.size() >= sizeof address.address_.sun_path) {
            return make_error_code(boost::system::errc::filename_too_long);
        }
        std::memcpy(address.address_.sun_path, path.c_str(), path.size() + 1);
        return address;
    }

    [[nodiscard]] const sockaddr* data() const {
        return reinterpret_cast<const sockaddr*>(&address_);
    }
    [[nodiscard]] socklen_t size() const { return sizeof address_; }

private:
    UnixAddress() { address_.sun_family = AF_UNIX; }

    sockaddr_un address_{};
};

}  // namespace conduitd
