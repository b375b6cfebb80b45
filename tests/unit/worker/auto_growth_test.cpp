// A worker that finds no free shard makes one, where it may.

#include "worker/auto_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(WorkerAutoGrowth, IsMadeWhenNoneIsFree) {
    GrowingWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q"}), 2);
    world.answer_survey(world.rows({"P", "Q"}), 2);  // with the host's lock

    world.list_count(2);
    const auto growth = world.take_request("PATCH", "/eventsub/conduits");
    world.answer(growth, 200, R"({"data":[{"id":"conduit-1","shard_count":3}]})");
    world.answer_survey(world.rows({"P", "Q"}), 3);
    EXPECT_EQ(world.host_unlocks, 0);
    world.welcome("A");
    world.accept(2, "A");

    EXPECT_EQ(growth.request.body, R"({"id":"conduit-1","shard_count":3})");
    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
    EXPECT_EQ(world.host_unlocks, 1);
}

TEST(WorkerAutoGrowth, ThatSomebodyElseMadeMeanwhileIsLookedForBeforeAnotherIsMade) {
    GrowingWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q"}), 2);
    world.answer_survey(world.rows({"P", "Q"}), 2);

    world.list_count(3);

    EXPECT_FALSE(world.has_request("PATCH", "/eventsub/conduits"));
    world.answer_survey(world.rows({"P", "Q", "R"}), 3);
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_EQ(world.host_unlocks, 1);
    EXPECT_TRUE(world.has_logged("standing by"));
}

TEST(WorkerAutoGrowth, GrowthWithoutAnAnswerIsReadBackAndNotRepeated) {
    GrowingWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q"}), 2);
    world.answer_survey(world.rows({"P", "Q"}), 2);
    world.list_count(2);

    world.fail(world.take_request("PATCH", "/eventsub/conduits"));
    EXPECT_FALSE(world.has_request("PATCH", "/eventsub/conduits"));
    world.advance(2s);
    world.answer_survey(world.rows({"P", "Q"}), 3);
    world.welcome("A");
    world.accept(2, "A");

    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
}

TEST(WorkerAutoGrowth, ThatHasJustDiedIsWaitedForBeforeAnotherIsMade) {
    GrowingWorld world;
    world.begin();
    world.answer_survey_with_dead({"P"}, 2s);
    EXPECT_FALSE(world.has_survey());  // nobody waits for the turn to grow it
    EXPECT_EQ(world.host_unlocks, 0);

    world.advance(5s);
    world.answer_survey_with_dead({"P"}, 7s);
    world.welcome("A");

    EXPECT_THAT(world.accept(1, "A"), HasSubstr(R"("id":"1")"));
    EXPECT_FALSE(world.has_logged("growing the conduit"));
}

TEST(WorkerAutoGrowth, GrowthThatIsRefusedIsTriedLessAndLessOften) {
    GrowingWorld world;
    world.begin();
    int growths = 0;
    for (const auto end = world.now + 30min; world.now < end; world.advance(500ms)) {
        world.answer_looks(world.rows({"P", "Q"}), 2);
        if (!world.has_request("PATCH", "/eventsub/conduits")) continue;
        world.answer(world.take_request("PATCH", "/eventsub/conduits"), 400,
                     R"({"message":"the limit of shards is reached"})");
        ++growths;
    }

    EXPECT_GT(growths, 1);
    EXPECT_LT(growths, 30);
}

// The bug: the next look was due, and could not begin before the conduit was known again.
TEST(WorkerAutoGrowth, LookThatIsDueWhileTheConduitIsLookedUpAgainDoesNotSpin) {
    AutoWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q", "", "R", "S"}));
    world.end(world.dials.back().key, {.was_cut = true, .what = "connection refused"});
    world.advance(1s);
    ASSERT_EQ(world.worker.state(), WorkerState::preparing);

    for (int i = 0; i < 90; ++i) {
        world.now += 1s;
        if (world.worker.deadline() <= world.now) world.worker.on_deadline(world.now);
        world.collect();
        ASSERT_GT(world.worker.deadline(), world.now);
    }
}

}  // namespace
}  // namespace conduitd
