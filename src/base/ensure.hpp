#pragma once

#include <source_location>
#include <string_view>

namespace conduitd {

[[noreturn]] void ensure_failed(std::string_view what, std::source_location where);

// States an invariant of ours, in release builds too: when it does not hold, says so on stderr and
// aborts, to be restarted by the supervisor. Never for what the world does wrong.
inline void ensure(bool holds, std::string_view what,
                   std::source_location where = std::source_location::current()) {
    if (!holds) ensure_failed(what, where);
}

}  // namespace conduitd
