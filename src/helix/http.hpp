#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "base/url.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace conduitd {

struct HttpHeader {
    std::string name;
    std::string value;
};

// One request as a value; the edge sends it and brings back the answer.
struct HttpRequest {
    std::string method;               // "GET", "POST", "PATCH"
    Url url;                          // target included
    std::vector<HttpHeader> headers;  // without Host, Content-Length and Connection
    std::string body;
    Duration timeout = std::chrono::seconds(10);  // from dial to the last byte of the answer
};

struct HttpResponse {
    unsigned status = 0;
    std::vector<HttpHeader> headers;
    std::string body;  // at most response_bytes_max

    [[nodiscard]] bool is_success() const { return status >= 200 && status < 300; }

    // Names compare without case (HTTP/2 proxies lower-case them); of several, the first counts.
    // Empty when there is none. The view lives as long as this response is left alone.
    [[nodiscard]] std::string_view header(std::string_view name) const;

    // The server's clock, to the second: the Date header in the form that servers are to send
    // ("Sun, 06 Nov 1994 08:49:37 GMT", RFC 9110, 5.6.7). Nothing when there is none.
    [[nodiscard]] std::optional<WallTime> server_time() const;
};

inline constexpr std::size_t response_bytes_max = 4 * 1024 * 1024;

}  // namespace conduitd
