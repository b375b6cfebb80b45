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

}  // namespace
}  // namespace conduitd
