#include "eventsub/nesting.hpp"

#include <algorithm>

namespace conduitd {
namespace {

// '[' and '{' differ in one bit, and so do ']' and '}'.
bool is_opening(char c) {
    return (c | 0x20) == '{';
}

bool is_closing(char c) {
    return (c | 0x20) == '}';
}

}  // namespace

bool nests_deeper_than(std::size_t depth_max, std::string_view text) {
    // Nearly every text has fewer brackets altogether, which the compiler counts with vectors.
    const auto opening = std::ranges::count_if(text, is_opening);
    if (static_cast<std::size_t>(opening) <= depth_max) return false;

    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            in_string = !in_string;
        } else if (in_string) {
            if (c == '\\') ++i;
        } else if (is_opening(c)) {
            if (++depth > depth_max) return true;
        } else if (is_closing(c) && depth > 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace conduitd
