#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace conduitd::settings {

// The one of `names` that was probably meant by `wanted`: the only one that ends in it after a `.`
// or `_` (a forgotten section), else the one that is fewest edits away. Empty when nothing is near.
[[nodiscard]] std::string nearest_name(std::string_view wanted,
                                       const std::vector<std::string>& names);

}  // namespace conduitd::settings
