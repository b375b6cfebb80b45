#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <random>

namespace conduitd {

// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014): a
// word of state, where the Mersenne twister of the standard has 2.5 KB and fills them for the first
// draw. For jitter, and for what tests make up; not for secrets.
class SplitMix64 {
public:
    using result_type = std::uint64_t;

    explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

    static constexpr result_type min() { return 0; }
    static constexpr result_type max() { return UINT64_MAX; }

    result_type operator()() {
        std::uint64_t word = state_ += 0x9e37'79b9'7f4a'7c15ULL;
        word = (word ^ (word >> 30)) * 0xbf58'476d'1ce4'e5b9ULL;
        word = (word ^ (word >> 27)) * 0x94d0'49bb'1331'11ebULL;
        return word ^ (word >> 31);
    }

private:
    std::uint64_t state_;
};

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
    SplitMix64 engine_;
};

}  // namespace conduitd
