#pragma once

#include <map>
#include <string>

namespace conduitd {

// The variables that this process was started with.
[[nodiscard]] std::map<std::string, std::string> read_environment();

}  // namespace conduitd
