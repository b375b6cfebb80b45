#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

using Duration = std::chrono::nanoseconds;

// The time line of every deadline in the core. It has no now(): the edge reads the clock and
// hands the time in, so that a simulation can hand in its own.
struct MonotonicTime {
    using duration = Duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<MonotonicTime, duration>;
    static constexpr bool is_steady = true;
};
using TimePoint = MonotonicTime::time_point;

// "No deadline": later than any time the edge hands in.
inline constexpr TimePoint never = TimePoint::max();

// Whole milliseconds, cut off, as the log shows durations.
[[nodiscard]] constexpr std::int64_t to_milliseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

// Time of day, UTC, for what people and consumers read; never for deadlines.
using WallTime = std::chrono::sys_time<Duration>;

// "2026-11-21T20:42:09.123456789Z", always nine fractional digits.
[[nodiscard]] std::string format_rfc3339(WallTime time);

// Takes 0 to 9 fractional digits and a `Z`; nothing else. Twitch's time stamps drop trailing zeros
// (seen in captured frames), and Helix answers carry whole seconds. Years outside 1678 to 2261,
// which WallTime cannot hold, are refused.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace conduitd
