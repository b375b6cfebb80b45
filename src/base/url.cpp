#include "base/url.hpp"

#include <boost/url/host_type.hpp>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace conduitd {
namespace {

struct SchemeRow {
    UrlScheme scheme;
    std::string_view name;
    std::uint16_t port;
};
constexpr SchemeRow schemes[] = {{UrlScheme::http, "http", 80},
                                 {UrlScheme::https, "https", 443},
                                 {UrlScheme::ws, "ws", 80},
                                 {UrlScheme::wss, "wss", 443}};

const SchemeRow& row_of(UrlScheme scheme) {
    return *std::ranges::find(schemes, scheme, &SchemeRow::scheme);
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

ErrorCode invalid() {
    return make_error_code(boost::system::errc::invalid_argument);
}

std::string in_brackets(const std::string& host) {
    return host.find(':') == std::string::npos ? host : fmt::format("[{}]", host);
}

// 0 for what is no port. Boost 1.81 wraps some numbers above 65535 around instead of refusing them.
std::uint16_t port_of(const std::string& digits) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return error == std::errc() && end == digits.data() + digits.size() ? port : 0;
}

}  // namespace

bool Url::is_loopback() const {
    if (host == "localhost") return true;
    const boost::core::string_view text(host.data(), host.size());
    if (const auto address = boost::urls::parse_ipv6_address(text)) return address->is_loopback();
    const auto address = boost::urls::parse_ipv4_address(text);
    return address && address->is_loopback();
}

std::string Url::authority() const {
    const auto name = in_brackets(host);
    return port == row_of(scheme).port ? name : fmt::format("{}:{}", name, port);
}

std::string Url::origin() const {
    return fmt::format("{}://{}", row_of(scheme).name, authority());
}

Result<Url> parse_url(std::string_view text) {
    const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
    if (!parsed) return invalid();
    const auto& view = *parsed;

    const auto scheme_name = lower(std::string(view.scheme()));
    const auto* const row =
        std::ranges::find(schemes, std::string_view(scheme_name), &SchemeRow::name);
    if (row == std::end(schemes)) return invalid();
    if (view.has_userinfo() || view.has_fragment()) return invalid();
    // Percent-encoded, a host could carry a line break into a header; no name of a host needs it.
    if (view.host_type() == boost::urls::host_type::ipvfuture) return invalid();
    if (view.encoded_host().find('%') != boost::core::string_view::npos) return invalid();

    Url url;
    url.scheme = row->scheme;
    url.host = lower(std::string(view.host_address()));
    url.port = view.has_port() ? port_of(std::string(view.port())) : row->port;
    if (url.host.empty() || url.host.size() > host_bytes_max || url.port == 0) return invalid();
    url.target = std::string(view.encoded_target());
    if (url.target.empty() || url.target.front() == '?')
        url.target = fmt::format("/{}", url.target);
    // Boost 1.81 takes "127.0.0.1.evil.com" for the host 127.0.0.1 with the path ".evil.com".
    if (url.target.front() != '/') return invalid();
    return url;
}

}  // namespace conduitd
