#pragma once

#include "coverage.hpp"
#include "fault_model.hpp"

#include <array>
#include <cstdint>

namespace simulation {

// What a run, or many, amounted to.
struct Totals {
    std::uint64_t runs = 0;
    std::uint64_t planned_runs = 0;
    Duration virtual_time{};
    std::uint64_t notifications = 0;  // made by Twitch, wherever they went
    std::uint64_t forwarded = 0;
    std::uint64_t lost = 0;     // to faults that are nobody's fault
    std::uint64_t dropped = 0;  // by Twitch: no shard had a session
    std::uint64_t dials = 0;
    std::uint64_t helix_calls = 0;
    std::uint64_t dials_a_minute_max = 0;        // of one worker
    std::uint64_t token_calls_a_minute_max = 0;  // those among them for a token
    std::uint64_t helix_calls_a_minute_max = 0;
    Duration recovery_max{};  // the longest from the end of the faults until all shards were bound
    std::array<std::uint64_t, fault_kinds> faults{};
    std::array<std::uint64_t, helix_troubles> troubles{};
    Coverage coverage;

    void add(const Totals& other);
    [[nodiscard]] std::uint64_t all_faults() const;
};

}  // namespace simulation
