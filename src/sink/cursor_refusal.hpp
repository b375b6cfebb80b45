#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>

namespace conduitd {

// Why the spool gives a consumer no cursor, and what an operator can do about it: one line, for
// people. `consumers_max` is how many names may have one.
[[nodiscard]] std::string describe_cursor_refusal(ErrorCode error, std::size_t consumers_max);

}  // namespace conduitd
