#pragma once

#include <cstddef>
#include <string_view>

namespace conduitd {

// Whether the JSON in `text` opens more than `depth_max` brackets at once. Brackets in strings do
// not count; whether they match is not looked at.
[[nodiscard]] bool nests_deeper_than(std::size_t depth_max, std::string_view text);

}  // namespace conduitd
