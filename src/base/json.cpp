#include "base/json.hpp"

#include <algorithm>

namespace conduitd {
namespace {

constexpr auto is_escaped = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c == '"' || c == '\\' || byte < 0x20 || byte == 0x7f;
};

void append_escaped(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
        out += '\\';
        out += c;
    } else if (c == '\n') {
        out += "\\n";
    } else if (c == '\r') {
        out += "\\r";
    } else if (c == '\t') {
        out += "\\t";
    } else {
        out += "\\u00";
        out += hex[byte >> 4];
        out += hex[byte & 15];
    }
}

}  // namespace

// What stands between escaped characters goes over in one piece.
void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (auto rest = text.begin(); rest != text.end();) {
        const auto escaped = std::find_if(rest, text.end(), is_escaped);
        out.append(rest, escaped);
        if (escaped == text.end()) break;
        append_escaped(out, *escaped);
        rest = escaped + 1;
    }
    out += '"';
}

}  // namespace conduitd
