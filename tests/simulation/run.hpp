#pragma once

#include "totals.hpp"
#include "trace.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

struct RunResult {
    std::optional<std::string> failure;
    std::vector<std::string> last_lines;  // of the trace, where it was kept
    Totals totals;
};

// Which of the things that a seed means. Usual, where there are thousands: the founding, which ends
// within seconds and has less to vary, of a tenth of them, and the roaming fleet, which takes
// longer, of two in a hundred.
enum class Playing { all, usual, roaming_only };

// Everything that a seed means, from the start of the workers to their end. The same each time.
[[nodiscard]] RunResult run(std::uint64_t seed, Trace::Mode trace, Playing playing);

}  // namespace simulation
