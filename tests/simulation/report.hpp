#pragma once

#include "totals.hpp"

namespace simulation {

// What a batch amounted to, on stdout.
void print_totals(const Totals& totals, double seconds);

}  // namespace simulation
