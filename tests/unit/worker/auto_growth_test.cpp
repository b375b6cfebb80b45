// A worker that finds no free shard makes one, where it may.

#include "worker/auto_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(WorkerAutoGrowth, IsMadeBehindAWelcomeAndClaimedAtOnce) {
    GrowingWorld world;
    world.begin();
    world.answer_survey(world.rows({"P", "Q"}), 2);
    world.answer_survey(world.rows({"P", "Q"}), 2);  // with the host's lock
    EXPECT_FALSE(world.has_request("GET", "/eventsub/conduits"));
    world.welcome("A");
    world.list_count(2);
    const auto made_at = world.now;

    const auto growth = world.take_request("PATCH", "/eventsub/conduits");
    world.now += 200ms;
    world.answer(growth, 200, world.count_of(3));
    EXPECT_EQ(world.host_unlocks, 0);
    world.now += 200ms;
    world.accept(2, "A");

    EXPECT_EQ(growth.request.body, R"({"id":"conduit-1","shard_count":3})");
    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
    EXPECT_EQ(world.host_unlocks, 1);
    EXPECT_EQ(world.dials.size(), 1U);
    // Twitch has sent events to it since it was made.
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::unserved);
    EXPECT_EQ(world.gaps[0].since, made_at);
    EXPECT_EQ(world.gaps[0].until, made_at + 400ms);
}

// The bug: it was made before the dial, and its messages were dropped until a dial came through.
TEST(WorkerAutoGrowth, IsNotMadeByWhoCannotDial) {
    GrowingWorld world;
    world.begin();
    for (const auto end = world.now + 3min; world.now < end; world.advance(500ms)) {
        world.answer_looks(world.rows({"P", "Q"}), 2);
        while (!world.dials.empty()) {
            const auto key = world.dials.back().key;
            world.dials.pop_back();
            world.end(key, {.was_cut = true, .what = "connection refused"});
        }
        ASSERT_FALSE(world.has_request("PATCH", "/eventsub/conduits"));
    }

    EXPECT_GE(world.host_unlocks, 2);  // others of the host have their turns
    EXPECT_LE(world.host_unlocks, 40);
}

TEST(WorkerAutoGrowth, ThatSomebodyElseMadeMeanwhileIsTaken) {
    GrowingWorld world;
    world.open_session_to_grow();

    world.list_count(3);

    EXPECT_FALSE(world.has_request("PATCH", "/eventsub/conduits"));
    world.answer_survey(world.rows({"P", "Q"}), 3);
    world.accept(2, "A");
    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
    EXPECT_EQ(world.host_unlocks, 1);
}

TEST(WorkerAutoGrowth, WhereSomebodyElseHasWhatHeMadeAnotherIsMadeForTheSameSession) {
    GrowingWorld world;
    world.begin();
    world.answer_survey(world.rows({"P"}), 1);
    world.answer_survey(world.rows({"P"}), 1);
    world.welcome("A");
    world.list_count(2);
    world.answer_survey(world.rows({"P", "Q"}), 2);
    world.list_count(2);

    world.answer(world.take_request("PATCH", "/eventsub/conduits"), 200, world.count_of(3));
    world.accept(2, "A");

    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
    EXPECT_EQ(world.dials.size(), 1U);
}

TEST(WorkerAutoGrowth, WhereNoMoreMayBeMadeTheSessionIsLeft) {
    GrowingWorld world;
    const auto key = world.open_session_to_grow();
    world.list_count(3);

    world.answer_survey(world.rows({"P", "Q", "R"}), 3);

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_EQ(world.host_unlocks, 1);
    for (int i = 0; i < 6; ++i) {
        world.advance(1s);
        world.answer_looks(world.rows({"P", "Q", "R"}), 3);
    }
    EXPECT_EQ(world.closes, std::vector{key});
    EXPECT_TRUE(world.has_logged("standing by"));
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerAutoGrowth, GrowthWithoutAnAnswerIsReadBackAndNotRepeated) {
    GrowingWorld world;
    world.open_session_to_grow();
    world.list_count(2);
    const auto made_at = world.now;

    world.fail(world.take_request("PATCH", "/eventsub/conduits"));
    EXPECT_FALSE(world.has_request("PATCH", "/eventsub/conduits"));
    world.now += 1s;
    world.answer_survey(world.rows({"P", "Q"}), 3);
    world.accept(2, "A");

    EXPECT_EQ(world.worker.status().shards, (ShardSet{2}));
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, made_at);
}

// Twitch closes a session without a shard ten seconds after its welcome.
TEST(WorkerAutoGrowth, WithoutAnAnswerInTimeTheSessionIsLeft) {
    GrowingWorld world;
    world.open_session_to_grow();
    world.list_count(2);
    const auto made_at = world.now;
    world.fail(world.take_request("PATCH", "/eventsub/conduits"));

    world.advance(7s);  // the listing is not answered
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_EQ(world.host_unlocks, 1);
    world.answer_survey(world.rows({"P", "Q"}), 3);
    world.welcome("B");
    world.accept(2, "B");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, made_at);
}

TEST(WorkerAutoGrowth, ThatLostItsSessionBeforeTheClaimIsToldFromItsBeginning) {
    GrowingWorld world;
    const auto key = world.open_session_to_grow();
    world.list_count(2);
    const auto made_at = world.now;
    world.answer(world.take_request("PATCH", "/eventsub/conduits"), 200, world.count_of(3));
    world.take_request("PATCH", "/conduits/shards");

    world.end(key, {.was_cut = true, .what = "reset"});
    world.advance(1s);
    world.list_count(3);
    world.answer_survey(world.rows({"P", "Q"}), 3);
    world.welcome("B");
    world.accept(2, "B");

    ASSERT_FALSE(world.gaps.empty());
    EXPECT_EQ(world.gaps[0].since, made_at);
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
    int sessions = 0;
    for (const auto end = world.now + 30min; world.now < end; world.advance(500ms)) {
        world.answer_looks(world.rows({"P", "Q"}), 2);
        while (!world.closes.empty()) {
            world.end(world.closes.back(), {.close_code = 1000});
            world.closes.pop_back();
        }
        if (!world.dials.empty()) {
            world.welcome(std::to_string(sessions++));
            world.dials.clear();
            world.list_count(2);
        }
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
