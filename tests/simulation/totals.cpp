#include "totals.hpp"

#include <algorithm>
#include <numeric>

namespace simulation {

void Totals::add(const Totals& other) {
    runs += other.runs;
    planned_runs += other.planned_runs;
    virtual_time += other.virtual_time;
    notifications += other.notifications;
    forwarded += other.forwarded;
    lost += other.lost;
    dropped += other.dropped;
    dials += other.dials;
    helix_calls += other.helix_calls;
    dials_a_minute_max = std::max(dials_a_minute_max, other.dials_a_minute_max);
    token_calls_a_minute_max = std::max(token_calls_a_minute_max, other.token_calls_a_minute_max);
    helix_calls_a_minute_max = std::max(helix_calls_a_minute_max, other.helix_calls_a_minute_max);
    recovery_max = std::max(recovery_max, other.recovery_max);
    for (std::size_t i = 0; i < faults.size(); ++i) faults[i] += other.faults[i];
    for (std::size_t i = 0; i < troubles.size(); ++i) troubles[i] += other.troubles[i];
    coverage.add(other.coverage);
}

std::uint64_t Totals::all_faults() const {
    return std::accumulate(faults.begin(), faults.end(), std::uint64_t{0});
}

}  // namespace simulation
