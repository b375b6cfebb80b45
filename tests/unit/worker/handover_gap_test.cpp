// What may be missing after a move from one session to another.

#include "worker/gap_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(WorkerHandoverGap, IsNotToldOfAReconnect) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.welcome("A");

    world.end(old, {.close_code = 1000});

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerHandoverGap, OldSessionThatIsCutBeforeItWasReadOutMayHaveLostMessages) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(3s);
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.advance(20ms);
    world.welcome("A");

    world.end(old, {.was_cut = true});

    expect_gap(world, GapReason::session_cut, 20ms);
}

TEST(WorkerHandoverGap, OldSessionThatTwitchGoesOnWritingToMayLoseMessagesUntilItIsCut) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.welcome("A");
    const auto left_at = world.now;
    world.advance(1s);
    world.frame(old, notification_frame("late"));
    world.advance(500ms);

    world.end(old, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_EQ(world.gaps[0].since, left_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// Both crossed on their way: Twitch's close frame here, and the claim there.
TEST(WorkerHandoverGap, OldSessionThatTwitchClosedAroundTheClaimMayHaveLostMessages) {
    World world;
    const auto old = world.become_ready("A");
    const auto last_read = world.now;
    world.advance(1s);
    (void)world.worker.rotate(world.now);
    world.welcome("B");
    world.accept_claim("B");
    const auto bound_at = world.now;
    world.advance(100ms);

    world.end(old, {.close_code = 1001});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_closed);
    EXPECT_EQ(world.gaps[0].since, last_read);
    EXPECT_EQ(world.gaps[0].until, bound_at);
}

// Twitch moved the shard along, and both ends crossed on their way here.
TEST(WorkerHandoverGap, OldSessionThatIsClosedJustBeforeTheNewOneIsWelcomedLeavesNone) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    const auto next = world.dials.back().key;
    world.worker.on_session_open(next, world.now);

    world.end(old, {.close_code = 1000});
    world.advance(1ms);
    world.frame(next, welcome_frame("A"));

    EXPECT_TRUE(world.gaps.empty());
    EXPECT_EQ(world.worker.status().session_id, "A");
}

// The bug: it was taken for one that had never had the shard.
TEST(WorkerHandoverGap, LateSessionThatIsCutAroundTheClaimOfPlanBMayHaveLostMessages) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 2; ++i) world.keep_alive(old);
    world.welcome("B");
    world.accept_claim("B");
    const auto taken_over_at = world.now;
    world.advance(30ms);
    world.frame(late, welcome_frame("A"));
    world.advance(40ms);

    world.end(late, {.was_cut = true});

    expect_gap(world, GapReason::session_cut, 0ms);
    EXPECT_EQ(world.gaps[0].since, taken_over_at);
}

TEST(WorkerHandoverGap, LateSessionThatIsCutLongAfterTheClaimOfPlanBHasLostNothing) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 2; ++i) world.keep_alive(old);
    world.welcome("B");
    world.accept_claim("B");
    world.frame(late, welcome_frame("A"));
    world.advance(1500ms);

    world.end(late, {.was_cut = true});

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerHandoverGap, RefusedReconnectUrlLeavesNone) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    world.end(world.dials.back().key, {.close_code = 4007});
    world.welcome("F");
    world.accept_claim("F");
    world.advance(1500ms);

    world.end(old, {.close_code = 4004});

    EXPECT_TRUE(world.gaps.empty());
}

}  // namespace
}  // namespace conduitd
