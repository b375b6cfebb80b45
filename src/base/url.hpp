#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace conduitd {

enum class UrlScheme { http, https, ws, wss };

// An absolute URL of one of the four schemes, taken apart and otherwise left as it came.
struct Url {
    UrlScheme scheme{};
    std::string host;      // lower case; without the brackets of an IPv6 address
    std::uint16_t port{};  // the scheme's own (80, 443) when the text has none
    std::string target;    // path and query, byte for byte; starts with '/' also where the text
                           // has no path ("wss://host?x" asks for "/?x")

    [[nodiscard]] bool is_tls() const {
        return scheme == UrlScheme::https || scheme == UrlScheme::wss;
    }

    // "localhost", 127.0.0.0/8 or ::1. Decided by the text, without asking a resolver.
    [[nodiscard]] bool is_loopback() const;

    // What goes into the Host header: the port only where it is not the scheme's own.
    [[nodiscard]] std::string authority() const;

    // Scheme, host and port, without target: safe to log.
    [[nodiscard]] std::string origin() const;
};

// Refuses user names and passwords, fragments, other schemes, a host that is empty, percent-encoded
// or longer than host_bytes_max, port 0 or an empty one, and control characters or blanks anywhere
// (errc::invalid_argument).
inline constexpr std::size_t host_bytes_max = 253;  // of a name in the DNS (RFC 1035)
[[nodiscard]] Result<Url> parse_url(std::string_view text);

}  // namespace conduitd
