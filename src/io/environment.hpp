#pragma once

#include <map>
#include <string>

namespace conduitd {

// The variables that this process was started with.
[[nodiscard]] std::map<std::string, std::string> read_environment();

// Of this host, as the system has it; empty when it has none.
[[nodiscard]] std::string read_host_name();

}  // namespace conduitd
