#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// A worker that is configured for shard 3 of five, and another one, Z, that claims it a moment
// later.
class ContestedWorld : public World {
public:
    // It looks, and reads the rest of the listing too.
    void find_at_z(unsigned shards_elsewhere) {
        while (!has_request("GET", "/conduits/shards") && now < started_at_ + 1min) advance(100ms);
        answer(take_request("GET", "/conduits/shards"), 200,
               fmt::format(R"({{"data":[{}],"pagination":{{}}}})", row(3, "Z")));
        auto rows = row(3, "Z");
        for (unsigned shard = 0; shard < shards_elsewhere; ++shard) {
            if (shard != 3) rows += "," + row(shard, "Y" + std::to_string(shard));
        }
        answer_survey(rows, 5);
    }

private:
    const TimePoint started_at_ = now;
};

// The bug: a worker that takes any shard had chosen it as well, and its owner stood by for good,
// while another shard was free.
TEST(WorkerStartContest, ShardThatAnotherWorkerChoseAtTheStartIsClaimedOnceMore) {
    ContestedWorld world;
    world.become_ready("A");

    world.find_at_z(4);

    EXPECT_TRUE(world.has_logged("somebody else has chosen the shard at our start"));
    world.accept_claim("A");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_TRUE(world.gaps.empty());  // it was read all the while
}

TEST(WorkerStartContest, ItIsTheirsWhenTheyClaimItOnceMoreToo) {
    ContestedWorld world;
    world.become_ready("A");
    world.find_at_z(4);
    world.accept_claim("A");

    world.find_at_z(4);

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_EQ(world.worker.status().held_by, "Z");
}

TEST(WorkerStartContest, ItIsTheirsWhereTheyHaveNoOtherToChoose) {
    ContestedWorld world;
    world.become_ready("A");

    world.find_at_z(5);

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

}  // namespace
}  // namespace conduitd
