#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace conduitd {

// What the world does wrong (network, Twitch, disk, malformed input) travels as one of these.
// Each folder that has errors of its own declares an enum and a category in its `error.hpp`.
using ErrorCode = boost::system::error_code;

template <class T>
using Result = boost::system::result<T>;

}  // namespace conduitd
