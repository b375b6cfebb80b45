#pragma once

#include "fault_model.hpp"
#include "twitch_sim/model/model.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace simulation {

struct Fault {
    TimePoint at;
    FaultKind kind{};
    unsigned worker = 0;  // whose; of no meaning for some kinds
};

// So many events at one moment.
struct Emission {
    TimePoint at;
    unsigned count = 1;
};

// What a seed means, all drawn before the run begins but for the details of each fault.
//
//     begins            faults_end                        ends
//       |-- start --|-- faults ------|-- recovery_limit --|-- all is well --|-- stop_limit --|
struct Plan {
    // After the last fault every shard is bound again within this. The parts, at their longest,
    // one after another: silence until the watchdog barks (30 s of keepalive and 1 s), a wait for
    // the next dial (30 s), a dial and a welcome that were disturbed (15 s), the wait after them
    // (30 s), refused credentials (60 s and a grant), an empty bucket (60 s), a claim with
    // its window and the close after it (15 s). Where somebody else had the shard and is gone, the
    // next look at the listing takes the place of the first four: at most 50 s away, and 20 s long.
    static constexpr Duration recovery_limit = std::chrono::seconds(245);

    RunClass run_class{};
    twitch_sim::ModelOptions model;
    unsigned workers = 1;
    unsigned shards_each = 1;                // of a worker: the first has 0 and on, and so forth
    bool has_conduit = true;                 // false: its only worker makes it
    Duration delay_max{};                    // of the network
    std::optional<Duration> token_lifetime;  // if it is not months, as it is on the real service
    TimePoint begins;
    TimePoint emits_from;
    TimePoint faults_end;
    TimePoint ends;  // all workers are told to stop
    std::vector<Fault> faults;
    std::vector<Emission> emissions;  // the soonest first

    [[nodiscard]] TimePoint recovered_by() const { return faults_end + recovery_limit; }
};

[[nodiscard]] Plan make_plan(std::uint64_t seed);

}  // namespace simulation
