#include "telemetry/utf8.hpp"

#include <algorithm>
#include <cstddef>

namespace conduitd {
namespace {

struct Lead {
    unsigned char first, last;    // range of the first byte
    unsigned char second, until;  // range of the second byte
    std::size_t length;
};

// RFC 3629, section 4. Bytes behind the second are 80..BF.
constexpr Lead leads[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                          {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
                          {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
                          {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

unsigned char byte_at(std::string_view text, std::size_t position) {
    return static_cast<unsigned char>(text[position]);
}

// Length of the well-formed sequence that `text`, which is not empty, starts with; 0 when none.
std::size_t sequence_length(std::string_view text) {
    const auto first = byte_at(text, 0);
    if (first < 0x80) return 1;
    const auto* const lead = std::ranges::find_if(
        leads, [first](const Lead& row) { return first >= row.first && first <= row.last; });
    if (lead == std::end(leads) || text.size() < lead->length) return 0;
    if (byte_at(text, 1) < lead->second || byte_at(text, 1) > lead->until) return 0;
    for (std::size_t i = 2; i < lead->length; ++i) {
        if (byte_at(text, i) < 0x80 || byte_at(text, i) > 0xbf) return 0;
    }
    return lead->length;
}

}  // namespace

std::string repair_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = sequence_length(text);
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else {
            out += text.substr(0, length);
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    return out;
}

}  // namespace conduitd
