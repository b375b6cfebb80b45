#pragma once

#include "base/time.hpp"
#include "sink/line.hpp"

namespace conduitd {

// 2026-11-21T20:42:09.123456789Z
inline constexpr WallTime sample_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21} +
                                      std::chrono::hours(20) + std::chrono::minutes(42) +
                                      std::chrono::nanoseconds(9'123'456'789)};

inline const LineOrigin origin{"conduit-1", "3"};

}  // namespace conduitd
