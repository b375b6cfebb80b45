#include "worker/world.hpp"

#include <gtest/gtest.h>

// Several ways to another session at once: a reconnect URL, plan B, a rotation, and their limits.
namespace conduitd {
namespace {

using namespace std::chrono_literals;

// The bug: a second frame above the limit gave the old session up, and what came behind it.
TEST(WorkerReplacement, FramesThatAreTooLargeNeverAbortASession) {
    World world;
    const auto old = world.become_ready("A");
    const std::string large(frame_bytes_max + 1, ' ');
    world.frame(old, large);
    world.welcome("B");
    world.accept_claim("B");

    world.frame(old, large);
    world.frame(old, notification_frame("behind"));

    EXPECT_TRUE(world.aborts.empty());
    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"behind"});
    EXPECT_EQ(world.worker.status().frames_skipped, 2U);
    ASSERT_FALSE(world.gaps.empty());
    EXPECT_EQ(world.gaps[0].reason, GapReason::message_skipped);
}

TEST(WorkerReplacement, ReplacementsWithoutEndArePaced) {
    World world;
    auto bound = world.become_ready("A");
    const std::string large(frame_bytes_max + 1, ' ');
    for (int i = 0; i < 1000; ++i) {
        world.frame(bound, large);
        world.advance(100ms);
        if (world.dials.back().key == bound) continue;
        const auto id = fmt::format("S{}", i);
        bound = world.welcome(id);
        world.accept_claim(id);
    }

    EXPECT_LE(world.dials.size(), 125U);
}

// The bug: a session with an id of its own, welcomed after plan B had begun, was left to 4003
// although the fresh session could not be had.
TEST(WorkerReplacement, LateSessionWithANewIdIsClaimedWhileNothingElseIsWelcomed) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 3; ++i) world.keep_alive(old);  // plan B began at T0 + 10 s
    ASSERT_GE(world.dials.size(), 3U);
    world.end(world.dials.back().key, {.http_status = 503});

    world.frame(late, welcome_frame("N"));
    world.accept_claim("N");

    EXPECT_EQ(world.worker.status().session_id, "N");
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerReplacement, LateSessionDoesNotTakeTheShardFromAFreshOneThatHasIt) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.collect();
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 3; ++i) world.keep_alive(old);
    world.welcome("F");
    world.accept_claim("F");

    world.frame(late, welcome_frame("N"));

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.status().session_id, "F");
}

// The bug: an order that came during a rotation was forgotten, and with it the only URL that
// answered.
TEST(WorkerReplacement, OrderDuringARotationIsFollowedWhenTheFreshSessionFails) {
    World world;
    const auto old = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.collect();
    const auto fresh = world.dials.back().key;
    world.frame(old, reconnect_frame("A", reconnect_url));
    EXPECT_EQ(world.dials.back().key, fresh);

    world.end(fresh, {.http_status = 429});
    world.advance(2100ms);

    ASSERT_NE(world.dials.back().key, fresh);
    EXPECT_EQ(world.dials.back().url.host, "cell-a.eventsub.example");
    world.welcome("A");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

TEST(WorkerReplacement, UrlIsTriedAgainBesidePlanBUntilTwentySecondsAfterTheOrder) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto ordered_at = world.now;
    TimePoint last_at_url{};
    std::size_t seen = 1;
    for (int i = 0; i < 280; ++i) {
        world.advance(100ms);
        if (i % 40 == 0) world.frame(old, keepalive_frame());
        world.collect();
        for (; seen < world.dials.size(); ++seen) {
            const auto& dial = world.dials[seen];
            const bool is_fresh = dial.url.host == "eventsub.example";
            if (!is_fresh) last_at_url = world.now;
            world.end(dial.key, is_fresh ? SessionEnd{.http_status = 429U}
                                         : SessionEnd{.was_cut = true, .what = "refused"});
        }
    }

    EXPECT_GT(last_at_url, ordered_at + 10500ms);
    EXPECT_LE(last_at_url, ordered_at + 21s);
}

// The bug: 25 s were counted from the take-over, so that Twitch closed the session first.
TEST(WorkerReplacement, BusyOldSessionIsClosedBeforeTwitchDoesHoweverLateTheNewOneIs) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto ordered_at = world.now;
    world.collect();
    const auto next = world.dials.back().key;
    world.worker.on_session_open(next, world.now);
    for (int i = 0; i < 9; ++i) {
        world.advance(1s);
        world.frame(old, notification_frame(fmt::format("{}", i)));
    }
    world.frame(next, welcome_frame("A"));

    int second = 9;
    while (world.closes.empty() && second < 40) {
        world.advance(1s);
        world.frame(old, notification_frame(fmt::format("{}", ++second)));
        world.frame(next, keepalive_frame());
    }

    EXPECT_LT(world.now, ordered_at + 30s);
}

// The bug: it had been quiet since plan B took over, so it was closed the moment the late one had
// the shard. When that was cut off right after, Twitch still wrote to the old one.
TEST(WorkerReplacement, OldSessionLingersAgainWhenALateOneTakesOver) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 2; ++i) world.keep_alive(old);
    const auto fresh = world.welcome("B");
    world.accept_claim("B");
    world.end(fresh, {.was_cut = true});
    world.advance(3s);
    world.frame(late, welcome_frame("A"));
    world.accept_claim("A");
    ASSERT_EQ(world.worker.status().session_id, "A");
    world.advance(1s);
    EXPECT_TRUE(world.closes.empty());

    world.advance(1s);

    EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
}

// The bug: what came next waited for the end of a session that could not be claimed, for seconds
// when nobody answered our close frame.
TEST(WorkerReplacement, SessionThatIsBeingClosedKeepsNoFreshOneWaiting) {
    World world;
    const auto old = world.become_ready("A");
    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto vain = world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 404, R"({"status":404})");
    ASSERT_EQ(world.closes, std::vector<SessionKey>{vain});

    world.end(old, {.was_cut = true});
    world.advance(20ms);

    EXPECT_EQ(world.dials.size(), 3U);
}

TEST(WorkerReplacement, SessionThatIsBeingClosedKeepsNoSilentOneFromBeingReplaced) {
    World world;
    world.become_ready("A");
    world.advance(10s);
    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 404, R"({"status":404})");

    world.advance(1s);

    EXPECT_EQ(world.dials.size(), 3U);
}

TEST(WorkerReplacement, SessionThatIsBeingClosedKeepsNoNewerUrlFromBeingDialled) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 404, R"({"status":404})");

    world.frame(old, reconnect_frame("A", "wss://eventsub.example/ws?challenge=c2"));

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials[2].url.target, "/ws?challenge=c2");
}

// The bug: while a session at the reconnect URL hung, a loss waited for the next dial of plan B.
TEST(WorkerReplacement, SessionThatHangsAtTheReconnectUrlKeepsNoLossWaiting) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto ordered_at = world.now;
    const auto hangs = [&] {
        const bool is_late = world.now > ordered_at + 15s;
        return is_late && world.dials.back().url.host != "eventsub.example";
    };
    std::size_t ended = 1;
    while (!hangs()) {
        for (; ended < world.dials.size(); ++ended) {
            world.end(world.dials[ended].key, {.was_cut = true});
        }
        world.advance(100ms);
        world.frame(old, keepalive_frame());
    }
    const auto dials = world.dials.size();

    world.end(old, {.was_cut = true});
    world.advance(20ms);

    ASSERT_EQ(world.dials.size(), dials + 1);
    EXPECT_EQ(world.dials.back().url.host, "eventsub.example");
}

}  // namespace
}  // namespace conduitd
