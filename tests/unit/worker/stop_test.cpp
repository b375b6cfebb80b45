#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::seconds;

TEST(WorkerStop, ClosesAndReadsToTheEnd) {
    World world;
    const auto key = world.become_ready("A");

    world.worker.stop(world.now);
    world.collect();
    EXPECT_EQ(world.closes, std::vector<SessionKey>{key});
    world.frame(key, notification_frame("m1"));
    EXPECT_FALSE(world.stopped);
    world.end(key, {.close_code = 1000, .http_status = {}, .what = {}});

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::drained);
    EXPECT_EQ(world.forwarded.size(), 1U);
}

TEST(WorkerStop, EndsAtOnceWhenNothingIsOpen) {
    World world;
    world.worker.start(world.now);

    world.worker.stop(world.now);
    world.collect();

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::drained);
}

TEST(WorkerStop, InTheMiddleOfAReconnectLosesNothing) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", "wss://cell-a.eventsub.example/ws?challenge=c1"));
    const auto fresh = world.welcome("A");
    world.frame(fresh, notification_frame("m2"));

    world.worker.stop(world.now);
    world.collect();
    world.frame(old, notification_frame("m1"));
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});
    world.end(fresh, {.close_code = 1000, .http_status = {}, .what = {}});

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.forwarded_ids(), (std::vector<std::string>{"m1", "m2"}));
}

// The bug: the session was given up while its dial was under way. Twitch had moved the shard to it
// by then, and had sent on it.
TEST(WorkerStop, WhileAReconnectIsDialledReadsWhatComesOnIt) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", "wss://cell-a.eventsub.example/ws?challenge=c1"));
    const auto fresh = world.dials.back().key;

    world.worker.stop(world.now);
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});
    world.welcome("A");
    world.frame(fresh, notification_frame("m1"));
    EXPECT_EQ(world.closes, (std::vector<SessionKey>{old, fresh}));
    EXPECT_FALSE(world.stopped);
    world.end(fresh, {.close_code = 1000, .http_status = {}, .what = {}});

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.aborts, std::vector<SessionKey>{});
    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"m1"});
}

TEST(WorkerStop, WhileAReconnectUrlIsSilentEndsInTime) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", "wss://cell-a.eventsub.example/ws?challenge=c1"));

    world.worker.stop(world.now);
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});
    world.advance(seconds(6));

    EXPECT_EQ(world.aborts, std::vector<SessionKey>{world.dials.back().key});
}

// The bug: both sessions are closed at once; when the newer one ended first, its messages went out
// before the last ones of the older.
TEST(WorkerStop, KeepsTheOrderWhenTheNewerSessionEndsFirst) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", "wss://cell-a.eventsub.example/ws?challenge=c1"));
    const auto fresh = world.welcome("A");
    world.frame(fresh, notification_frame("m2"));

    world.worker.stop(world.now);
    world.end(fresh, {.close_code = 1000, .http_status = {}, .what = {}});
    world.frame(old, notification_frame("m1"));
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.forwarded_ids(), (std::vector<std::string>{"m1", "m2"}));
}

// The bug: plan B, or another dial of the reconnect URL, began while draining.
TEST(WorkerStop, DialsNothingMore) {
    for (const bool is_refused : {false, true}) {
        World world;
        const auto old = world.become_ready("A");
        world.frame(old, reconnect_frame("A", "wss://cell-a.eventsub.example/ws?challenge=c1"));
        world.advance(seconds(9));
        if (is_refused) world.end(world.dials.back().key, {.what = "connection refused"});
        const auto dials = world.dials.size();

        world.worker.stop(world.now);
        world.advance(seconds(5));

        EXPECT_EQ(world.dials.size(), dials);
    }
}

TEST(WorkerStop, SecondCallGivesEverythingUp) {
    World world;
    const auto key = world.become_ready("A");

    world.worker.stop(world.now);
    world.worker.stop(world.now);
    world.collect();

    EXPECT_EQ(world.aborts, std::vector<SessionKey>{key});
}

// The bug: the retry of the token stayed due, and the deadline in the past.
TEST(WorkerStop, WhileDegradedHasNoDeadlineThatNobodyMeets) {
    World world;
    const auto key = world.become_ready("A");
    world.refuse_token(key);

    world.worker.stop(world.now);
    world.advance(std::chrono::minutes(2));

    EXPECT_EQ(world.aborts, std::vector<SessionKey>{key});
}

TEST(WorkerStop, PeerThatNeverAnswersTheCloseIsGivenUp) {
    World world;
    const auto key = world.become_ready("A");

    world.worker.stop(world.now);
    world.advance(seconds(6));

    EXPECT_EQ(world.aborts, std::vector<SessionKey>{key});
}

}  // namespace
}  // namespace conduitd
