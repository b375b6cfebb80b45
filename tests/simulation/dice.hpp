#pragma once

#include "base/random.hpp"
#include "base/time.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <span>

namespace simulation {

using conduitd::Duration;

// Draws from a seed.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return random_.below(bound); }
    [[nodiscard]] bool chance(unsigned percent) { return random_.below(100) < percent; }
    [[nodiscard]] std::uint64_t between(std::uint64_t low, std::uint64_t high) {
        return low + random_.below(high - low + 1);
    }
    [[nodiscard]] Duration between(Duration low, Duration high) {
        return low + random_.up_to(high - low);
    }
    [[nodiscard]] conduitd::TimePoint between(conduitd::TimePoint low, conduitd::TimePoint high) {
        return low + random_.up_to(high - low);
    }

    // Small ones as likely as large ones: each doubling of `low` gets an equal share.
    [[nodiscard]] Duration spread(Duration low, Duration high) {
        const auto doublings =
            std::bit_width(static_cast<std::uint64_t>(high / std::max(low, Duration(1))));
        const Duration bound =
            low * (std::int64_t{1} << random_.below(static_cast<std::uint64_t>(doublings) + 1));
        return std::min(between(low, std::max(bound, low)), high);
    }

    // The position of a weight, in proportion to them.
    [[nodiscard]] std::size_t pick(std::span<const unsigned> weights) {
        auto roll = random_.below(std::accumulate(weights.begin(), weights.end(), 0u));
        std::size_t position = 0;
        while (roll >= weights[position]) roll -= weights[position++];
        return position;
    }

    [[nodiscard]] std::uint64_t seed() { return random_.below(UINT64_MAX); }

private:
    conduitd::Random random_;
};

}  // namespace simulation
