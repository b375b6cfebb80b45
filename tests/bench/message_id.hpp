#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace bench {

// Ids of the load generator's events: of the shape that real notifications have (44 characters of
// base64url, observed), with the number of the event in them, from 1.
inline constexpr std::string_view id_head = "conduitdLoadGeneratorEvent_";
inline constexpr std::size_t id_digits = 16;
inline constexpr std::size_t id_size = 44;
static_assert(id_head.size() + id_digits + 1 == id_size);

// `to` has room for the whole id.
inline void write_id(char* to, std::uint64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    const auto count = static_cast<std::size_t>(end - digits);
    std::memcpy(to, id_head.data(), id_head.size());
    char* const field = to + id_head.size();
    std::memset(field, '0', id_digits - count);
    std::memcpy(field + id_digits - count, digits, count);
    field[id_digits] = '=';
}

// Nothing when the text does not begin with such an id.
inline std::optional<std::uint64_t> read_id(std::string_view text) {
    if (text.size() < id_size || !text.starts_with(id_head)) return std::nullopt;
    const char* const field = text.data() + id_head.size();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(field, field + id_digits, number);
    if (error != std::errc() || end != field + id_digits) return std::nullopt;
    return number;
}

}  // namespace bench
