// What may be missing after a session was lost.

#include "worker/gap_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(WorkerGap, OfAClosedSessionBeginsWithItsCloseFrame) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(5s);

    world.end(old, {.close_code = 4000});
    recover(world, 40ms);

    expect_gap(world, GapReason::session_closed, 40ms);
    EXPECT_EQ(world.worker.status().gaps, 1U);
    EXPECT_EQ(world.worker.status().gap_total, 40ms);
}

TEST(WorkerGap, OfACutSessionBeginsWithItsLastMessage) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(5s);

    world.end(old, {.was_cut = true});
    recover(world, 40ms);

    expect_gap(world, GapReason::session_cut, 5040ms);
}

// The bug: only a session that ended while it was bound was told as a gap.
TEST(WorkerGap, OfASilentSessionIsToldAtItsEnd) {
    World world;
    const auto old = world.become_ready("A");
    recover(world, 11s);
    EXPECT_TRUE(world.gaps.empty());

    world.end(old, {.was_cut = true, .what = "timed out"});

    expect_gap(world, GapReason::session_silent, 11s);
}

// Twitch answers our close frame, whatever it did before.
TEST(WorkerGap, OfASilentSessionIsToldThoughItIsLeftInGoodOrder) {
    World world;
    const auto old = world.become_ready("A");
    recover(world, 11s);
    world.advance(2s);

    world.end(old, {.close_code = 1000});

    expect_gap(world, GapReason::session_silent, 11s);
}

// The bug: its close frame was taken for a proof that nothing had been missing before.
TEST(WorkerGap, OfASilentSessionThatTwitchClosesBeginsWithItsLastMessage) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(11s);

    world.end(old, {.close_code = 4004});
    recover(world, 0s);

    expect_gap(world, GapReason::session_silent, 11s);
}

TEST(WorkerGap, IsNotToldAfterAFalseAlarm) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(11s);
    world.frame(old, keepalive_frame());
    recover(world, 0s);
    world.advance(1500ms);

    world.end(old, {.close_code = 1000});

    EXPECT_TRUE(world.gaps.empty());
}

// The bug: what was read after a sleep was taken for proof that the session lived all the while.
TEST(WorkerGap, BeginsBeforeASleepDuringWhichTheSessionMayHaveEnded) {
    for (const SessionEnd& end : {SessionEnd{.close_code = 4000}, SessionEnd{.was_cut = true}}) {
        World world;
        const auto old = world.become_ready("A");
        world.advance(1s);
        const auto asleep_at = world.now;
        world.now += 5s;
        world.worker.on_slept(asleep_at, world.now);
        world.frame(old, notification_frame("1"));

        world.end(old, end);
        recover(world, 1s);

        ASSERT_EQ(world.gaps.size(), 1U);
        EXPECT_EQ(world.gaps[0].since, asleep_at);
    }
}

// The bug: a session dialled after a sleep had a gap that began before it.
TEST(WorkerGap, OfASessionThatWasDialledAfterASleepDoesNotReachBack) {
    World world;
    const auto old = world.become_ready("A");
    const auto asleep_at = world.now;
    world.now += 1h;
    world.worker.on_slept(asleep_at, world.now);
    world.end(old, {.was_cut = true});
    recover(world, 300ms);
    const auto bound_at = world.now;
    world.advance(1s);

    world.end(world.dials.back().key, {.was_cut = true});
    world.advance(100ms);
    world.welcome("C");
    world.accept_claim("C");

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_GE(world.gaps[1].since + 1s, bound_at);
}

// The bug: a process that died after a sleep had noted that its shards were had, though the session
// had ended during it.
TEST(WorkerGap, OfADeathAfterASleepCountsFromTheSleepUntilTheSessionIsHeard) {
    World world;
    const auto key = world.become_ready("A");
    world.advance(1s);
    EXPECT_FALSE(world.worker.status().unproven_since);
    const auto asleep_at = world.now;
    world.now += 8s;
    world.worker.on_slept(asleep_at, world.now);
    world.frame(key, notification_frame("1"));  // it may have come before
    EXPECT_EQ(world.worker.status().unproven_since, asleep_at);

    world.advance(6s);
    EXPECT_EQ(world.worker.status().unproven_since, asleep_at);
    world.frame(key, keepalive_frame());

    EXPECT_FALSE(world.worker.status().unproven_since);
}

TEST(WorkerGap, ThatLastsUntilTheStopHasNoEnd) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old, {.was_cut = true});

    world.worker.stop(world.now);

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_FALSE(world.gaps[0].until);
}

TEST(WorkerGap, OfAShardThatWentAstrayLastsUntilItIsClaimedAgain) {
    World world;
    const auto key = world.become_ready("A");
    while (!world.has_request("GET", "/conduits/shards?")) world.keep_alive(key);
    world.answer(
        world.take_request("GET", "/conduits/shards?"), 200,
        R"({"data":[{"id":"3","status":"websocket_disconnected","transport":{}}],"pagination":{}})");
    const auto claimed_at = world.now;
    world.advance(100ms);

    world.accept_claim("A");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::shard_astray);
    EXPECT_LT(world.gaps[0].since, claimed_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

TEST(WorkerGap, OfASessionThatWasClaimedDuringAStopAndThenCut) {
    World world;
    const auto old = world.become_ready("A");
    (void)world.worker.rotate(world.now);
    const auto next = world.welcome("B");
    const auto claim = world.take_request("PATCH", "/conduits/shards");

    world.worker.stop(world.now);
    world.answer(claim, 202, World::accepted("B"));
    world.end(old, {.close_code = 1000});
    world.end(next, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].until, std::nullopt);
}

TEST(WorkerGap, IsToldAlsoWhereItsEndsAreReadTogether) {
    World world;
    const auto old = world.become_ready("A");
    (void)world.worker.rotate(world.now);
    world.welcome("B");

    world.end(old, {.close_code = 4005});
    world.accept_claim("B");

    expect_gap(world, GapReason::session_closed, 0s);
}

}  // namespace
}  // namespace conduitd
