#pragma once

#include "base/defect.hpp"
#include "run.hpp"
#include "totals.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace simulation {

struct FailedSeed {
    std::uint64_t seed;
    std::string failure;
};

struct BatchResult {
    Totals totals;
    std::vector<FailedSeed> failed;  // in the order of the batch; at most `failures_max`
    double seconds = 0;
};

// A batch ends early at so many failures: more tell no more.
inline constexpr std::size_t failures_max = 20;

// Runs every seed on `jobs` threads, which share nothing. With a defect it ends at the first
// failure. The signal of a failed `ensure` names its seed on stderr.
[[nodiscard]] BatchResult run_batch(const std::vector<std::uint64_t>& seeds, unsigned jobs,
                                    conduitd::Defect defect, Playing playing);

}  // namespace simulation
