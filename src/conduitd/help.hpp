#pragma once

#include <string>

namespace conduitd {

// What `conduitd --help` prints.
[[nodiscard]] std::string help_text();

}  // namespace conduitd
