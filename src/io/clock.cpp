#include "io/clock.hpp"

#include <random>

namespace conduitd {

TimePoint monotonic_now() {
    return TimePoint(
        std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

WallTime wall_now() {
    return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

std::uint64_t random_seed() {
    std::random_device device;  // getrandom() or the processor's own; never a fixed sequence
    return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace conduitd
