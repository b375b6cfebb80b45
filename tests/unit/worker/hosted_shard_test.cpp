#include "worker/standby_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::Contains;

TEST(WorkerHostedShard, HostThatKeepsTheShardGivesItBack) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    world.await_survey(key);

    world.answer_survey(world.row(3, "H") + "," + world.row(1, "H"));

    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

TEST(WorkerHostedShard, TwoThatTakeEachOtherForAHostDoNotGoOnForever) {
    StandbyWorld world;
    const auto key = world.become_ready("A");

    EXPECT_EQ(world.claim_back_while_it_may(key), 3U);

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

// The bug: with each session that the other one had, it began anew.
TEST(WorkerHostedShard, OwnerThatMovesToAnotherSessionIsNotTakenForAHostOnceMore) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    world.claim_back_while_it_may(key);
    world.end(key);
    world.dials.clear();

    for (const auto until = world.now + 1min; world.now < until; world.advance(1s)) {
        if (world.has_survey()) world.answer_survey(world.row(3, "I") + "," + world.row(1, "I"));
    }

    EXPECT_TRUE(world.dials.empty());
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

// The bug: each listing in which the host still had the shard counted, while the claim was refused.
TEST(WorkerHostedShard, ClaimThatIsToTakeTheShardBackCountsOnceHoweverOftenItFails) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    const auto begin = world.now;
    while (world.now - begin < 5min) {
        world.keep_alive(key);
        if (world.has_survey()) world.answer_survey(world.row(3, "H") + "," + world.row(1, "H"));
        if (world.has_request("GET", "/conduits/shards"))
            world.answer(world.take_request("GET", "/conduits/shards"), 200,
                         R"({"data":[)" + world.row(3, "H") + R"(],"pagination":{}})");
        if (world.has_request("PATCH", "/conduits/shards"))
            world.answer(world.take_request("PATCH", "/conduits/shards"), 503, "");
    }

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.worker.status().shards, (ShardSet{3}));
}

TEST(WorkerHostedShard, ShardThatAHostKeepsIsTakenByWhoStandsBy) {
    StandbyWorld world;
    const auto old = world.be_superseded();
    world.advance(1s);  // later it cannot have ended before it was superseded
    world.end(old);
    world.answer_survey(world.row(3, "Z") + "," + world.row(1, "Y"));
    while (!world.has_survey()) world.advance(1s);

    world.answer_survey(world.row(3, "Y") + "," + world.row(1, "Y"));
    world.welcome("B");
    world.accept_claim("B");

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_TRUE(world.gaps.empty());
}

}  // namespace
}  // namespace conduitd
