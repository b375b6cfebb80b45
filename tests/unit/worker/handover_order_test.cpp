#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Ids = std::vector<std::string>;

TEST(HandoverOrder, MessageOnBothSessionsIsForwardedOnce) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");

    world.frame(old, notification_frame("m1"));
    world.frame(fresh, notification_frame("m1"));
    world.frame(fresh, notification_frame("m2"));
    world.advance(seconds(1));

    EXPECT_EQ(world.forwarded_ids(), (Ids{"m1", "m2"}));
    EXPECT_EQ(world.worker.status().duplicates, 1U);
}

TEST(HandoverOrder, OrderHoldsWhenTheNewSessionIsReadBeforeTheRestOfTheOld) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");

    world.frame(fresh, notification_frame("m3"));
    world.frame(old, notification_frame("m1"));
    world.advance(milliseconds(50));
    world.frame(old, notification_frame("m2"));
    world.advance(milliseconds(99));
    EXPECT_EQ(world.forwarded_ids(), (Ids{"m1", "m2"}));
    world.advance(milliseconds(1));

    EXPECT_EQ(world.forwarded_ids(), (Ids{"m1", "m2", "m3"}));
}

// A second move within the time that the first one's messages are held: they were let go after
// those of the third session.
TEST(HandoverOrder, OrderHoldsAcrossTwoMovesInQuickSuccession) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto second = world.welcome("A");
    world.frame(second, notification_frame("m1"));
    world.frame(second, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));
    world.advance(milliseconds(10));
    const auto third = world.welcome("A");

    world.frame(third, notification_frame("m3"));
    world.advance(milliseconds(80));
    world.frame(second, notification_frame("m2"));
    world.advance(seconds(1));

    EXPECT_EQ(world.forwarded_ids(), (Ids{"m1", "m2", "m3"}));
}

TEST(HandoverOrder, HeldMessagesGoOutWhenTheOldSessionEnds) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");

    world.frame(fresh, notification_frame("m1"));
    world.end(old, {.close_code = 4004, .http_status = {}, .what = {}});

    EXPECT_EQ(world.forwarded_ids(), Ids{"m1"});
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

TEST(HandoverOrder, HeldMessagesAreNotLostWhenTheNewSessionEnds) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");

    world.frame(fresh, notification_frame("m1"));
    world.end(fresh, {.close_code = {}, .http_status = {}, .what = "reset"});

    EXPECT_EQ(world.forwarded_ids(), Ids{"m1"});
}

TEST(HandoverOrder, OrderHoldsHoweverLongTheOldSessionsBacklogTakes) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");
    world.frame(fresh, notification_frame("new"));

    for (int i = 0; i < 100; ++i) {
        world.advance(milliseconds(50));
        world.frame(old, notification_frame("old" + std::to_string(i)));
    }
    EXPECT_EQ(world.forwarded.size(), 100U);
    world.advance(milliseconds(100));

    EXPECT_EQ(world.forwarded_ids().back(), "new");
}

TEST(HandoverOrder, HoldingBackIsBoundedInBytes) {
    auto options = World::default_options();
    options.handover.hold_bytes_max = 1000;
    World world(options);
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");

    for (int i = 0; i < 10; ++i) world.frame(fresh, notification_frame("m" + std::to_string(i)));

    EXPECT_EQ(world.forwarded.size(), 10U);
}

TEST(HandoverOrder, MessagesOfASessionWhoseClaimWasNotAnsweredWaitTwoSecondsAtMost) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("B");

    world.frame(fresh, notification_frame("m1"));
    world.advance(milliseconds(1999));
    EXPECT_TRUE(world.forwarded.empty());
    world.advance(milliseconds(1));

    EXPECT_EQ(world.forwarded_ids(), Ids{"m1"});
}

}  // namespace
}  // namespace conduitd
