#pragma once

#include <boost/assert/source_location.hpp>

#include <string_view>

namespace conduitd {

[[noreturn]] void ensure_failed(std::string_view what, const boost::source_location& where);

// States an invariant of ours, in release builds too: when it does not hold, says so on stderr and
// aborts, to be restarted by the supervisor. Never for what the world does wrong.
// (Boost's source_location, since clang 14 has no std:: one with libstdc++.)
inline void ensure(bool holds, std::string_view what,
                   const boost::source_location& where = BOOST_CURRENT_LOCATION) {
    if (!holds) ensure_failed(what, where);
}

}  // namespace conduitd
