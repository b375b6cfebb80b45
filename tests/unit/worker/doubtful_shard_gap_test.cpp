// Which session had the shard is not known where one at a reconnect URL ends before its welcome.

#include "worker/gap_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// The bug: Twitch had moved the session to a socket whose welcome never came, and wrote to it.
TEST(WorkerDoubtfulShardGap, SessionAtTheReconnectUrlThatIsLostBeforeItsWelcomeMayHaveHadTheShard) {
    for (const bool is_before : {true, false}) {
        World world;
        const auto old = world.become_ready("A");
        world.frame(old, reconnect_frame("A", reconnect_url));
        world.collect();
        const auto lost = world.dials.back().key;
        const auto dialed_at = world.now;
        world.worker.on_session_open(lost, world.now);
        world.advance(2s);
        if (is_before) world.end(lost, {.was_cut = true});
        world.advance(8s);
        world.welcome("F");
        world.accept_claim("F");
        const auto bound_at = world.now;

        world.advance(1s);
        if (!is_before) world.end(lost, {.was_cut = true});
        world.end(old, {.close_code = 4004});

        ASSERT_EQ(world.gaps.size(), 1U) << is_before;
        EXPECT_EQ(world.gaps[0].since, dialed_at);
        EXPECT_EQ(world.gaps[0].until, bound_at);
    }
}

// The bug: while it was claimed back from the session that had been left, that one ended.
TEST(WorkerDoubtfulShardGap, ShardThatIsAtASessionThatIsLeftMissesWhatComesBehindItsEnd) {
    World world;
    const auto old = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    world.accept_claim("B");
    for (int i = 0; !world.has_request("GET", "/conduits/shards?"); ++i) {
        world.frame(old, notification_frame(std::to_string(i)));
        world.advance(500ms);
    }
    world.answer(world.take_request("GET", "/conduits/shards?"), 200,
                 R"({"data":[)" + World::row(3, "A") + R"(],"pagination":{}})");
    const auto claim = world.take_request("PATCH", "/conduits/shards");

    const auto ended_at = world.now;
    world.end(old, {.close_code = 4004});
    world.advance(1s);
    world.answer(claim, 202, World::accepted("B"));

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::shard_astray);
    EXPECT_EQ(world.gaps[0].since, ended_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// The bug: the welcome at the first of two URLs ended the doubt about the second.
TEST(WorkerDoubtfulShardGap, SessionAtTheLaterOfTwoReconnectUrlsMayHaveHadTheShardLast) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto first = world.dials.back().key;
    world.advance(10ms);
    world.frame(old, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));
    const auto second = world.dials.back().key;
    const auto dialed_at = world.now;
    world.worker.on_session_open(first, world.now);
    world.worker.on_session_open(second, world.now);

    world.end(second, {.was_cut = true});
    world.frame(first, welcome_frame("A"));
    EXPECT_TRUE(world.gaps.empty());
    world.advance(1s);
    world.welcome("F");
    world.accept_claim("F");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, dialed_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// The bug: the welcome at the reconnect URL ended the gap, although the shard was not enabled.
TEST(WorkerDoubtfulShardGap, OfAShardInDoubtLastsUntilTheClaimOfTheSessionThatWasToCarryIt) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(5s);
    world.answer(
        world.take_request("GET", "/conduits/shards"), 200,
        R"({"data":[{"id":"3","status":"websocket_internal_error","transport":{"method":"websocket","session_id":"A"}}],"pagination":{}})");
    (void)world.take_request("PATCH", "/conduits/shards");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto next = world.dials.back().key;
    world.worker.on_session_open(next, world.now);
    world.end(old, {.was_cut = true});
    world.frame(next, welcome_frame("A"));
    const auto welcomed_at = world.now;
    world.advance(1s);

    world.accept_claim("A");

    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[0].until, welcomed_at);
    EXPECT_EQ(world.gaps[1].since, welcomed_at);
    EXPECT_EQ(world.gaps[1].until, world.now);
}

// The bug: that the binding came along with the reconnect was taken to mean that nothing was
// missing, although a socket at an earlier URL may have had it before.
TEST(WorkerDoubtfulShardGap, DoubtFromBeforeAReconnectIsTold) {
    World world;
    const auto old = world.become_ready("A");
    const auto bound_at = world.now;
    world.advance(1s);
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    const auto lost = world.dials.back().key;
    const auto dialed_at = world.now;
    world.worker.on_session_open(lost, world.now);
    world.end(lost, {.was_cut = true});
    world.frame(old, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));
    const auto again = world.dials.back().key;
    world.worker.on_session_open(again, world.now);

    world.end(old, {.close_code = 1000});
    world.frame(again, welcome_frame("A"));

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, dialed_at);
    EXPECT_GT(dialed_at, bound_at);
}

TEST(WorkerDoubtfulShardGap, IsToldOnceWhenTheStopIsRepeated) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    world.worker.on_session_open(world.dials.back().key, world.now);
    world.end(world.dials.back().key, {.was_cut = true});

    world.worker.stop(world.now);
    world.worker.stop(world.now);
    world.collect();

    EXPECT_EQ(world.gaps.size(), 1U);
}

}  // namespace
}  // namespace conduitd
