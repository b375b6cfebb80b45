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
        if (equal_without_case(header.name, name)) return header.value;
    }
    return {};
}

}  // namespace conduitd
