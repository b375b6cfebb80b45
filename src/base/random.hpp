#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <random>

namespace conduitd {

// The randomness of one machine, from a seed that the edge draws or a simulation sets.
class Random {
public:
    explicit Random(std::uint64_t seed) : engine_(seed) {}

    // Uniform in [0, bound); 0 when bound is 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound) {
        if (bound == 0) return 0;
        return std::uniform_int_distribution<std::uint64_t>(0, bound - 1)(engine_);
    }

    // Uniform in [0, limit]; zero when limit is not positive.
    [[nodiscard]] Duration up_to(Duration limit) {
        if (limit <= Duration::zero()) return Duration::zero();
        return Duration(
            static_cast<Duration::rep>(below(static_cast<std::uint64_t>(limit.count()) + 1)));
    }

private:
    std::mt19937_64 engine_;
};

}  // namespace conduitd
