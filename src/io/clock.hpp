#pragma once

#include "base/time.hpp"

#include <cstdint>

namespace conduitd {

// The only places where the programs read a clock or draw a seed.
[[nodiscard]] TimePoint monotonic_now();
[[nodiscard]] WallTime wall_now();
[[nodiscard]] std::uint64_t random_seed();

}  // namespace conduitd
