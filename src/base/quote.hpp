#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace conduitd {

inline constexpr std::size_t shown_value_max = 80;
inline constexpr std::size_t shown_path_max = 4096;  // a shortened path is of no use

// `text` as it may stand inside a one-line message: printable ASCII goes through, every other byte
// is written `\xNN`, and what would make it longer than `shown_max` characters is replaced by
// `...`.
[[nodiscard]] std::string printable(std::string_view text, std::size_t shown_max = shown_value_max);

// The same in double quotes; a quote or backslash inside is escaped.
[[nodiscard]] std::string in_quotes(std::string_view text, std::size_t shown_max = shown_value_max);

}  // namespace conduitd
