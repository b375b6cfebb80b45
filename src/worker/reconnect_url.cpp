#include "worker/reconnect_url.hpp"

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

}  // namespace conduitd
