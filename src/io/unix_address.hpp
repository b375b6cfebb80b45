#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>

namespace conduitd {

// The address of a Unix socket: a path, or an abstract name, which is no file.
class UnixAddress {
public:
    static constexpr std::size_t path_bytes_max = sizeof(sockaddr_un::sun_path) - 1;

    // Errors: filename_too_long; the system would take a part of it for the whole.
    [[nodiscard]] static Result<UnixAddress> make(const std::string& path) {
        if (path.size() > path_bytes_max) return too_long();
        UnixAddress address;
        std::memcpy(address.address_.sun_path, path.c_str(), path.size() + 1);
        return address;
    }

    // `name` is without the '@' that people write before it. An empty one is refused
    // (invalid_argument): the system would draw one.
    [[nodiscard]] static Result<UnixAddress> make_abstract(std::string_view name) {
        if (name.empty()) return make_error_code(boost::system::errc::invalid_argument);
        if (name.size() > path_bytes_max) return too_long();
        UnixAddress address;
        std::memcpy(address.address_.sun_path + 1, name.data(), name.size());
        address.size_ = offsetof(sockaddr_un, sun_path) + 1 + name.size();
        return address;
    }

    // As settings have it: `@name` is abstract, all else a path.
    [[nodiscard]] static Result<UnixAddress> parse(const std::string& text) {
        return is_abstract(text) ? make_abstract(std::string_view(text).substr(1)) : make(text);
    }
    [[nodiscard]] static bool is_abstract(std::string_view text) { return text.starts_with('@'); }

    [[nodiscard]] const sockaddr* data() const {
        return reinterpret_cast<const sockaddr*>(&address_);
    }
    [[nodiscard]] socklen_t size() const { return static_cast<socklen_t>(size_); }

private:
    UnixAddress() { address_.sun_family = AF_UNIX; }

    static ErrorCode too_long() { return make_error_code(boost::system::errc::filename_too_long); }

    sockaddr_un address_{};
    std::size_t size_ = sizeof address_;
};

}  // namespace conduitd
