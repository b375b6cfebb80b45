#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// The bug: its welcome, read while stopping, made it look like a session that never had the shard.
TEST(WorkerStopGap, SessionAtTheReconnectUrlThatIsWelcomedMayHaveHadTheShard) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto fresh = world.dials.back().key;
    world.worker.on_session_open(fresh, world.now);
    world.worker.stop(world.now);
    world.end(old, {.close_code = 1000});
    world.advance(20ms);
    const auto welcomed_at = world.now;
    world.frame(fresh, welcome_frame("A"));
    world.advance(20ms);

    world.end(fresh, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_EQ(world.gaps[0].since, welcomed_at);
    EXPECT_FALSE(world.gaps[0].until);
}

// The bug: it went on counting as left, so that nothing was told of its end.
TEST(WorkerStopGap, OfASessionThatWasGivenUpAndThenTookOver) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 3; ++i) world.keep_alive(old);
    world.frame(late, welcome_frame("A"));
    world.end(world.dials.back().key, {.was_cut = true});
    const auto proven_at = world.now;
    world.advance(20ms);
    world.worker.stop(world.now);
    world.end(old, {.close_code = 1000});

    world.end(late, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_EQ(world.gaps[0].since, proven_at);
}

TEST(WorkerStopGap, OfTwoSessionsThatAreCutOffTogetherIsToldOnce) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto fresh = world.dials.back().key;
    world.worker.stop(world.now);
    world.worker.stop(world.now);

    world.end(old, {.was_cut = true});
    world.end(fresh, {.was_cut = true});

    EXPECT_EQ(world.gaps.size(), 1U);
}

// The bug: it was closed in good order, and nothing was told of what it had not brought.
TEST(WorkerStopGap, OfASilentSession) {
    World world;
    const auto session = world.become_ready("A");
    const auto proven_at = world.now;
    world.advance(11s);
    world.worker.stop(world.now);

    world.end(session, {.close_code = 1000});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_silent);
    EXPECT_EQ(world.gaps[0].since, proven_at);
    EXPECT_FALSE(world.gaps[0].until);
}

}  // namespace
}  // namespace conduitd
