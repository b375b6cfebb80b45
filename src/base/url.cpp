#include "base/url.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <fmt/format.h>

#include <algorithm>

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
    return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

bool Url::is_loopback() const {
    if (host == "localhost" || host == "::1") return true;
    if (!host.starts_with("127.")) return false;
    return host.find_first_not_of("0123456789.") == std::string::npos &&
           std::ranges::count(host, '.') == 3;
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

    Url url;
    url.scheme = row->scheme;
    url.host = lower(std::string(view.host_address()));
    url.port = view.has_port() ? view.port_number() : row->port;
    if (url.host.empty() || url.port == 0) return invalid();
    url.target = std::string(view.encoded_target());
    if (url.target.empty() || url.target.front() != '/') url.target.insert(0, "/");
    return url;
}

}  // namespace conduitd
