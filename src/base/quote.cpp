#include "base/quote.hpp"

#include <fmt/format.h>

namespace conduitd {
namespace {

constexpr std::string_view ellipsis = "...";

std::string shown(char c, std::string_view escaped) {
    if (c < 0x20 || c > 0x7e) return fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    if (escaped.find(c) != std::string_view::npos) return {'\\', c};
    return {c};
}

// Bytes in `escaped` get a backslash in front. Stops reading once the limit is passed, so that a
// value of a megabyte costs no more than one of a hundred bytes.
std::string shorten(std::string_view text, std::string_view escaped, std::size_t shown_max) {
    std::string out;
    std::size_t cut = 0;  // the longest prefix of whole characters that leaves room for `...`
    for (const char c : text) {
        out += shown(c, escaped);
        if (out.size() <= shown_max - ellipsis.size()) cut = out.size();
        if (out.size() > shown_max) return out.substr(0, cut).append(ellipsis);
    }
    return out;
}

}  // namespace

std::string printable(std::string_view text, std::size_t shown_max) {
    return shorten(text, "", shown_max);
}

std::string in_quotes(std::string_view text, std::size_t shown_max) {
    return fmt::format("\"{}\"", shorten(text, "\"\\", shown_max));
}

}  // namespace conduitd
