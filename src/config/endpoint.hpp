#pragma once

#include "base/url.hpp"
#include "config/parse_value.hpp"

#include <string_view>

namespace conduitd::settings {

// An `http` or `https` URL that paths are appended to: a query is refused, and `target` has no `/`
// at its end, so that it is empty for a URL without a path.
[[nodiscard]] Parsed<Url> parse_api_url(std::string_view text);

// A `ws` or `wss` URL that is dialled as it is, query included.
[[nodiscard]] Parsed<Url> parse_websocket_url(std::string_view text);

}  // namespace conduitd::settings
