#pragma once

#include "dice.hpp"
#include "fault_model.hpp"
#include "twitch_sim/model/model.hpp"

#include <cstddef>
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
//     begins            faults_end     recovered_by()      ends
//       |-- start --|-- faults ------|-- recovery --|-- all is well --|-- stop_limit --|
struct Plan {
    // After the last fault every shard is bound again within these two. The parts of the first, at
    // their longest, one after another: silence until the watchdog barks (30 s of keepalive and
    // 1 s), a wait for the next dial (30 s), a dial and a welcome that were disturbed (15 s), the
    // wait after them (30 s). Those of the second: refused credentials (60 s and a grant), an empty
    // bucket (60 s), a claim with its window and the close after it (15 s).
    static constexpr Duration redial_limit = std::chrono::seconds(106);
    static constexpr Duration claim_limit = std::chrono::seconds(139);
    // Where somebody else had the shard and is gone, the next look takes the place of the first,
    // with one more behind the time in which a shard is left to its owner.
    static constexpr Duration grace_limit = std::chrono::seconds(20);
    // Somebody else comes where workers look so often at least.
    static constexpr Duration quick_look_period = std::chrono::minutes(1);

    RunClass run_class{};
    twitch_sim::ModelOptions model;
    unsigned workers = 1;
    unsigned shards_each = 1;                // of a worker: the first has 0 and on, and so forth
    bool has_conduit = true;                 // false: its only worker makes it
    bool has_spare = false;                  // one shard more, the last, is nobody's of the fleet
    Duration delay_max{};                    // of the network
    std::optional<Duration> token_lifetime;  // if it is not months, as it is on the real service
    TimePoint begins;
    TimePoint emits_from;
    TimePoint faults_end;
    TimePoint ends;  // all workers are told to stop, or sooner when all is well
    std::vector<Fault> faults;
    std::vector<Emission> emissions;  // the soonest first

    // How often a worker reads the whole listing in the background (worker/look_pace.hpp).
    [[nodiscard]] Duration look_period() const;
    [[nodiscard]] std::size_t pages() const;  // of a listing, at most
    [[nodiscard]] bool has_quick_looks() const { return look_period() <= quick_look_period; }
    // Within this, whenever it begins, a worker that is left in peace has read the listing once.
    // Where points are few: half a minute until half of them are there again, and the wait of one
    // and a half periods. A listing that a claim has overtaken, 3 s, and the next.
    [[nodiscard]] Duration look_limit() const;
    [[nodiscard]] TimePoint recovered_by() const;
    // Of the fleet; the spare one has the next number.
    [[nodiscard]] unsigned shard_count() const { return workers * shards_each; }
};

[[nodiscard]] Plan make_plan(std::uint64_t seed);

// Where Twitch may be one way or the other.
void draw_switches(twitch_sim::Switches& switches, bool is_faulty, Dice& dice);

}  // namespace simulation
