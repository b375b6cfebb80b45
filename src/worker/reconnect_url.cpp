#include "worker/reconnect_url.hpp"

#include <algorithm>

namespace conduitd {

Result<Url> judge_reconnect_url(const Url& configured, std::string_view text) {
    auto url = parse_url(text);
    if (!url) return url;

    const auto refused = make_error_code(boost::system::errc::permission_denied);
    if (url->scheme != configured.scheme) return refused;
    if (configured.is_loopback()) return url->is_loopback() ? url : refused;

    const bool is_same_or_under =
        url->host == configured.host || url->host.ends_with("." + configured.host);
    return is_same_or_under && url->port == configured.port ? url : refused;
}

std::string shown_reconnect_url(std::string_view text) {
    constexpr std::size_t bytes_max = 100;
    if (const auto url = parse_url(text)) return url->origin().substr(0, bytes_max);
    return std::string(text.substr(0, std::min(text.find('?'), bytes_max)));
}

}  // namespace conduitd
