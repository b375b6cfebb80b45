// What may be missing behind a session at a reconnect URL that was lost before its welcome.

#include "worker/gap_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto second_url = "wss://cell-b.eventsub.example/ws?challenge=c2";

// "A" has the shard and was told to move; the upgrade at the URL is not answered.
struct LostDial {
    World world;
    SessionKey old = world.become_ready("A");
    SessionKey lost{};
    TimePoint dialed_at{};

    LostDial() {
        world.advance(3s);
        world.frame(old, reconnect_frame("A", reconnect_url));
        lost = world.dials.back().key;
        dialed_at = world.now;
    }

    void time_out() {
        world.advance(dialed_at + 5s - world.now);
        world.end(lost, {.was_cut = true});
    }

    // A fresh session has the shard. Answers since when.
    TimePoint take_over() {
        world.welcome("F");
        world.accept_claim("F");
        return world.now;
    }
};

// The bug: a gap of five seconds and a half was told, although the old session had the shard.
TEST(WorkerLostDial, LeavesNoGapWhenAnotherIsWelcomedAtTheSameUrl) {
    for (const auto* const id : {"A", "B"}) {
        LostDial test;
        World& world = test.world;
        test.time_out();
        world.advance(500ms);
        ASSERT_EQ(world.dials.back().url.target, world.dials[1].url.target);
        ASSERT_NE(world.dials.back().key, test.lost);

        world.welcome(id);
        world.accept_claim(id);
        world.advance(1s);
        world.end(test.old, {.close_code = 4004});

        EXPECT_TRUE(world.gaps.empty()) << id;
        EXPECT_EQ(world.worker.state(), WorkerState::holding);
        EXPECT_EQ(world.worker.status().session_id, id);
    }
}

TEST(WorkerLostDial, ThatHangsLeavesNoGapWhenAnotherIsWelcomedAtTheSameUrl) {
    LostDial test;
    World& world = test.world;
    world.worker.on_session_open(test.lost, world.now);
    while (world.dials.size() < 3) world.keep_alive(test.old);  // plan B
    world.end(world.dials.back().key, {.http_status = 429});
    world.advance(2s);
    ASSERT_EQ(world.dials.back().url.target, world.dials[1].url.target);
    world.welcome("A");
    world.accept_claim("A");

    world.end(test.lost, {.was_cut = true});

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerLostDial, MayHaveMovedTheSessionWhenAnotherIsWelcomedAtAnotherUrl) {
    LostDial test;
    World& world = test.world;
    test.time_out();
    world.frame(test.old, reconnect_frame("A", second_url));

    world.welcome("A");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_EQ(world.gaps[0].since, test.dialed_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// The bug: the gap began with the dial, although the old session brought messages long after it.
TEST(WorkerLostDial, HadMovedNothingWhileTheOldSessionBroughtMessages) {
    for (const bool is_before : {true, false}) {
        LostDial test;
        World& world = test.world;
        world.advance(3s);
        world.frame(test.old, notification_frame("m1"));
        if (is_before) test.time_out();
        world.advance(test.dialed_at + 8s - world.now);
        world.frame(test.old, notification_frame("m2"));
        const auto proof_at = world.now;
        world.advance(2s);
        const auto bound_at = test.take_over();
        world.advance(100ms);

        if (!is_before) world.end(test.lost, {.was_cut = true});
        world.end(test.old, {.close_code = 4004});

        ASSERT_FALSE(world.gaps.empty()) << is_before;
        EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
        EXPECT_EQ(world.gaps[0].since, proof_at) << is_before;
        EXPECT_EQ(world.gaps[0].until, bound_at);
    }
}

TEST(WorkerLostDial, HasLostNothingWhenTheOldSessionBringsAMessageAfterTheClaim) {
    LostDial test;
    World& world = test.world;
    world.advance(10s);
    (void)test.take_over();
    world.advance(1ms);
    world.frame(test.old, notification_frame("m"));

    world.end(test.lost, {.was_cut = true});

    EXPECT_TRUE(world.gaps.empty());
}

// The bug: the gap was told, and the report said that the shard had a session all along.
TEST(WorkerLostDial, CountsInTheReportOfTheHandover) {
    LostDial test;
    World& world = test.world;
    test.time_out();
    world.advance(5s);
    const auto bound_at = test.take_over();
    world.advance(100ms);

    world.end(test.old, {.close_code = 1000});

    const auto report = world.worker.status().last_handover;
    ASSERT_TRUE(report);
    EXPECT_EQ(report->unbound, bound_at - test.dialed_at);
}

// It would have them as well if its session had moved on.
TEST(WorkerLostDial, KeepalivesOfTheOldSessionProveNothing) {
    LostDial test;
    World& world = test.world;
    world.advance(3s);
    world.frame(test.old, keepalive_frame());
    test.time_out();
    world.frame(test.old, keepalive_frame());
    world.advance(5s);

    const auto bound_at = test.take_over();

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, test.dialed_at);
    EXPECT_EQ(world.gaps[0].until, bound_at);
}

TEST(WorkerLostDial, ProofsOutliveTheOldSession) {
    LostDial test;
    World& world = test.world;
    world.advance(1s);
    world.frame(test.old, notification_frame("m"));
    const auto proof_at = world.now;
    world.advance(1s);
    world.end(test.old, {.close_code = 4000});
    world.advance(100ms);
    const auto bound_at = test.take_over();

    world.end(test.lost, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[1].since, proof_at);
    EXPECT_EQ(world.gaps[1].until, bound_at);
}

TEST(WorkerLostDial, MakesOneGapWithTheEndOfTheOldSession) {
    LostDial test;
    World& world = test.world;
    world.advance(1s);
    world.frame(test.old, notification_frame("m"));
    const auto proof_at = world.now;
    test.time_out();
    world.end(test.old, {.close_code = 4000});
    world.advance(100ms);

    const auto bound_at = test.take_over();

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, proof_at);
    EXPECT_EQ(world.gaps[0].until, bound_at);
}

TEST(WorkerLostDial, StopTellsFromTheLastMessageOn) {
    LostDial test;
    World& world = test.world;
    world.advance(1s);
    world.frame(test.old, notification_frame("m"));
    const auto proof_at = world.now;
    test.time_out();

    world.worker.stop(world.now);
    world.collect();

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, proof_at);
    EXPECT_FALSE(world.gaps[0].until);
}

// The bug: the shard was claimed for a session of its own at the first URL, and yet one more was
// brought up for fear of the second.
TEST(WorkerLostDial, IsOfNoAccountOnceTheShardIsClaimedForASessionOfAnotherId) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto first = world.dials.back().key;
    world.frame(old, reconnect_frame("A", second_url));
    const auto second = world.dials.back().key;
    const auto dialed_at = world.now;
    world.worker.on_session_open(first, world.now);
    world.advance(1s);
    world.end(second, {.was_cut = true});
    world.frame(first, welcome_frame("B"));
    world.accept_claim("B");
    const auto bound_at = world.now;
    const auto dials = world.dials.size();

    world.keep_alive(first);

    EXPECT_EQ(world.dials.size(), dials);
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, dialed_at);
    EXPECT_EQ(world.gaps[0].until, bound_at);
}

}  // namespace
}  // namespace conduitd
