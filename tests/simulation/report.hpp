#pragma once

#include "totals.hpp"

#include <cstdint>

namespace simulation {

// What a batch amounted to, on stdout.
void print_totals(const Totals& totals, double seconds);

// So many runs take every transition that there is.
inline constexpr std::uint64_t runs_for_all_states = 10'000;

// Compares the transitions taken with the worker's table of states and inputs: prints those that
// are in one alone. Answers whether all is well: nothing that is not listed was taken, and, in
// enough runs, everything listed was.
[[nodiscard]] bool compare_states(const Coverage& taken, std::uint64_t runs);

}  // namespace simulation
