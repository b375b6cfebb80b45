#pragma once

#include <array>
#include <cstdint>

namespace conduitd {

// XXH3-128 of a message id, as the dedupe window and the spool keep it; all zero for a frame
// without one.
using IdDigest = std::array<std::uint8_t, 16>;

}  // namespace conduitd
