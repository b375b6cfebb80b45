#include "config/endpoint.hpp"

namespace conduitd::settings {
namespace {

// Where there may be a user name and password, the text is never shown, whatever is wrong with it.
Parsed<Url> parse_any(std::string_view text) {
    const auto url = parse_url(text);
    if (url) return *url;
    if (text.empty()) return Refusal{"is empty"};
    if (text.find('@') != std::string_view::npos) {
        return Refusal{"has a user name or password in it", false};
    }
    return Refusal{"is not such a URL"};
}

}  // namespace

Parsed<Url> parse_api_url(std::string_view text) {
    auto url = parse_any(text);
    if (!url) return url;
    if (url->scheme != UrlScheme::http && url->scheme != UrlScheme::https) {
        return Refusal{"has another scheme"};
    }
    if (url->target.find('?') != std::string::npos) return Refusal{"has a query"};
    while (url->target.ends_with('/')) url->target.pop_back();
    return url;
}

Parsed<Url> parse_websocket_url(std::string_view text) {
    auto url = parse_any(text);
    if (!url) return url;
    if (url->scheme != UrlScheme::ws && url->scheme != UrlScheme::wss) {
        return Refusal{"has another scheme"};
    }
    return url;
}

}  // namespace conduitd::settings
