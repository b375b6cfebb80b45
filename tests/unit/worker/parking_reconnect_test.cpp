#include "worker/parking_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

// A worker that is told to stop while the session at a reconnect URL is on its way.
class MovingAwayWorld : public ParkingWorld {
public:
    MovingAwayWorld() {
        old = become_ready("A");
        frame(old, reconnect_frame("A", cell_url));
        worker.stop(now);
    }

    SessionKey old{};
};

// The bug: it was closed as soon as it was open, and Twitch had moved the session to it already.
TEST(WorkerParkingReconnect, SessionAtTheReconnectUrlIsReadUntilTheShardIsParked) {
    MovingAwayWorld world;
    const auto moved = world.welcome("A");

    EXPECT_TRUE(world.closes.empty());
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
    world.answer_patch(World::row(3, "H"));
    world.frame(moved, notification_frame("late"));
    world.advance(2s);
    world.answer_survey(World::row(3, "H") + "," + World::row(1, "H"));

    EXPECT_EQ(world.forwarded.size(), 1U);
    EXPECT_THAT(world.closes, Contains(world.old));
    EXPECT_THAT(world.closes, Contains(moved));
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerParkingReconnect, ShardThatTwitchMovedToItsSessionIsParkedToo) {
    MovingAwayWorld world;
    const auto moved = world.welcome("B");

    world.answer_survey(World::row(3, "B") + "," + World::row(1, "H"));

    EXPECT_TRUE(world.closes.empty());
    EXPECT_THAT(world.answer_patch(World::row(3, "H")), HasSubstr(R"("session_id":"H")"));
    world.advance(2s);
    world.answer_survey(World::row(3, "H") + "," + World::row(1, "H"));
    EXPECT_THAT(world.closes, Contains(moved));
    EXPECT_TRUE(world.gaps.empty());
}

// The bug: that session was not known to go on, and its end was told as a gap.
TEST(WorkerParkingReconnect, NothingIsMissingOfASessionThatEndsBehindItsMove) {
    MovingAwayWorld world;
    world.welcome("A");

    world.end(world.old, {.close_code = 4004});
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));
    world.answer_patch(World::row(3, "H"));

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerParkingReconnect, WhatWasOnItsWayBeforeTheMoveIsMissingOfASessionThatIsCutOff) {
    MovingAwayWorld world;
    const auto proven_at = world.now;
    world.advance(300ms);
    world.welcome("A");
    const auto moved_at = world.now;
    world.advance(300ms);

    world.end(world.old, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_EQ(world.gaps[0].since, proven_at);
    EXPECT_EQ(world.gaps[0].until, moved_at);
}

TEST(WorkerParkingReconnect, SessionThatTwitchMovedTheShardToIsMissedUntilItIsParked) {
    MovingAwayWorld world;
    const auto moved = world.welcome("A");
    world.end(world.old, {.close_code = 4004});
    world.advance(300ms);
    const auto ended_at = world.now;

    world.end(moved, {.close_code = 4000});
    world.advance(300ms);
    world.answer_survey(World::row(3, "A", "websocket_internal_error") + "," + World::row(1, "H"));
    world.answer_patch(World::row(3, "H"));

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_closed);
    EXPECT_EQ(world.gaps[0].since, ended_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

}  // namespace
}  // namespace conduitd
