#include "helix/http.hpp"

#include <algorithm>

namespace conduitd {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_without_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    for (const auto& header : headers) {
        if (header.name.size() != name.size()) continue;
        if (header.name == name || equal_without_case(header.name, name)) return header.value;
    }
    return {};
}

std::optional<WallTime> HttpResponse::server_time() const {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    constexpr std::string_view shape = "Sun, 06 Nov 1994 08:49:37 GMT";
    const auto text = header("Date");
    if (text.size() != shape.size() || !text.ends_with(" GMT")) return std::nullopt;
    const auto month = months.find(text.substr(8, 3));
    if (month == std::string_view::npos || month % 3 != 0) return std::nullopt;
    char rfc3339[] = "yyyy-mm-ddThh:mm:ssZ";
    text.copy(rfc3339, 4, 12);
    rfc3339[5] = static_cast<char>('0' + (month / 3 + 1) / 10);
    rfc3339[6] = static_cast<char>('0' + (month / 3 + 1) % 10);
    text.copy(rfc3339 + 8, 2, 5);
    text.copy(rfc3339 + 11, 8, 17);
    return parse_rfc3339(rfc3339);
}

}  // namespace conduitd
