#include "eventsub/nesting.hpp"

#include <algorithm>
#include <cstdint>

namespace conduitd {
namespace {

// '[' and '{' differ in one bit, and so do ']' and '}'.
bool is_opening(char c) {
    return (c | 0x20) == '{';
}

bool is_closing(char c) {
    return (c | 0x20) == '}';
}

// Takes blocks off the text. The compiler counts with vectors where it knows how many characters
// there are; a byte counts up to 255 of them.
template <std::size_t block>
std::size_t count_opening_by(std::string_view& text) {
    static_assert(block <= 255);
    std::size_t count = 0;
    for (; text.size() >= block; text.remove_prefix(block)) {
        std::uint8_t in_block = 0;
        for (std::size_t i = 0; i < block; ++i) {
            in_block = static_cast<std::uint8_t>(in_block + (is_opening(text[i]) ? 1 : 0));
        }
        count += in_block;
    }
    return count;
}

std::size_t count_opening(std::string_view text) {
    std::size_t count = count_opening_by<240>(text);
    count += count_opening_by<48>(text);
    return count + static_cast<std::size_t>(std::ranges::count_if(text, is_opening));
}

// Of the string that begins with the quote at `begin`: where its other quote is, or the text's end.
// From quote to quote: a frame of 10 kB that has many brackets took twice as long byte by byte.
std::size_t end_of_string(std::string_view text, std::size_t begin) {
    for (auto end = text.find('"', begin + 1);; end = text.find('"', end + 1)) {
        if (end == std::string_view::npos) return text.size();
        auto first_backslash = end;
        while (text[first_backslash - 1] == '\\') --first_backslash;  // the first quote is none
        const bool is_escaped = (end - first_backslash) % 2 != 0;
        if (!is_escaped) return end;
    }
}

}  // namespace

bool nests_deeper_than(std::size_t depth_max, std::string_view text) {
    if (count_opening(text) <= depth_max) return false;  // nearly every text

    std::size_t depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"') {
            i = end_of_string(text, i);
        } else if (is_opening(c)) {
            if (++depth > depth_max) return true;
        } else if (is_closing(c) && depth > 0) {
            --depth;
        }
    }
    return false;
}

}  // namespace conduitd
