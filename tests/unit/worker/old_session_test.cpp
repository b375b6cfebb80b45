// How long the session that a reconnect leaves is read.

#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(WorkerOldSession, IsReadToItsEnd) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");
    world.advance(3s);

    world.frame(old, notification_frame("late"));
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});

    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"late"});
}

TEST(WorkerOldSession, LingersWhileItStillBringsMessages) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");

    for (int i = 0; i < 10; ++i) {
        world.frame(old, notification_frame("m" + std::to_string(i)));
        world.advance(1s);
    }
    EXPECT_TRUE(world.closes.empty());
    world.advance(2s);

    EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
}

TEST(WorkerOldSession, IsClosedInsideTwitchsThirtySecondsHoweverBusy) {
    World world;
    const auto old = world.become_ready("A");
    const auto ordered_at = world.now;
    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");

    for (int i = 0; world.closes.empty() && i < 60; ++i) {
        world.frame(old, notification_frame("m" + std::to_string(i)));
        world.advance(1s);
    }

    EXPECT_LT(world.now - ordered_at, 30s);
}

// Twitch may go on writing to it for a while. It was closed after two quiet seconds, between two
// dials.
TEST(WorkerOldSession, IsReadOnWhenTheNewOneIsLostRightAfterItsWelcome) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");

    world.end(fresh, {.was_cut = true, .what = "reset"});
    for (int i = 0; i < 10; ++i) {
        world.advance(500ms);
        world.end(world.dials.back().key, {.was_cut = true, .what = "connection refused"});
    }

    EXPECT_TRUE(world.closes.empty());
    world.frame(old, notification_frame("late"));
    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"late"});
}

// The bug: a process that slept took the old session for quiet, or its time for over, and closed
// it before it read that the new one had been lost meanwhile.
TEST(WorkerOldSession, IsReadOnWhenTheNewOneIsLostDuringASleep) {
    for (const Duration sleep : {5s, 40s}) {
        World world;
        const auto old = world.become_ready("A");
        world.frame(old, reconnect_frame("A", cell_url));
        const auto fresh = world.welcome("A");
        world.accept_claim("A");

        world.worker.on_slept(world.now, world.now + sleep);
        world.now += sleep;
        world.worker.on_deadline(world.now);
        world.collect();
        EXPECT_TRUE(world.closes.empty());
        world.end(fresh, {.was_cut = true, .what = "reset"});
        world.frame(old, notification_frame("late"));

        EXPECT_TRUE(world.closes.empty());
        EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"late"});
    }
}

// Twitch closes it 30 s after the order, and we before that; the session that came in the last
// second was lost at once.
TEST(WorkerOldSession, IsReadOnForAWhileHoweverLateTheNewOneComes) {
    auto options = World::default_options();
    options.redial.delay_min = options.redial.delay_max = std::chrono::hours(1);
    World world(options);
    const auto old = world.become_ready("A");
    const auto ordered_at = world.now;
    world.frame(old, reconnect_frame("A", cell_url));
    world.end(world.dials[1].key, {.was_cut = true, .what = "connection refused"});
    while (world.now < ordered_at + 17s) {
        world.frame(old, keepalive_frame());
        world.advance(500ms);
        if (world.dials.back().key != world.dials[1].key)
            world.end(world.dials.back().key, {.was_cut = true, .what = "connection refused"});
    }
    const auto dials = world.dials.size();
    while (world.dials.size() == dials) world.advance(500ms);
    ASSERT_EQ(world.dials.back().url.host, "cell-a.eventsub.example");
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; world.now < ordered_at + 29s; ++i) {
        world.frame(old, notification_frame("m" + std::to_string(i)));
        world.advance(500ms);
    }

    world.frame(late, welcome_frame("A"));
    world.advance(100ms);
    EXPECT_TRUE(world.closes.empty());
    world.end(late, {.was_cut = true, .what = "reset"});
    world.frame(old, notification_frame("late"));

    EXPECT_EQ(world.forwarded_ids().back(), "late");
    EXPECT_TRUE(world.closes.empty());
}

// The bug: a reconnect that worked was told as a gap when the old session's end was read first.
TEST(WorkerOldSession, EndBeforeTheWelcomeIsNoGapWhenTheBindingCameAlong) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.dials[1].key;
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});

    world.worker.on_session_open(fresh, world.now);
    world.frame(fresh, welcome_frame("A"));

    EXPECT_TRUE(world.gaps.empty());
}

}  // namespace
}  // namespace conduitd
