#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Ids = std::vector<std::string>;

TEST(WorkerReconnect, DialsTheUrlAsItCameWithoutClosingTheOldSession) {
    World world;
    const auto old = world.become_ready("A");

    world.frame(old, reconnect_frame("A", cell_url));

    ASSERT_EQ(world.dials.size(), 2U);
    EXPECT_EQ(world.dials[1].url.host, "cell-a.eventsub.example");
    EXPECT_EQ(world.dials[1].url.target, "/ws?challenge=c1&id=A");
    EXPECT_TRUE(world.closes.empty());
    EXPECT_TRUE(world.aborts.empty());
    EXPECT_EQ(world.worker.status().state, WorkerState::moving);
}

TEST(WorkerReconnect, SameIdCarriesTheBindingAndIsConfirmed) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    world.welcome("A");

    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
    world.accept_claim("A");
    EXPECT_TRUE(world.closes.empty());
    world.advance(seconds(3));
    EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
}

TEST(WorkerReconnect, OtherIdIsClaimedBeforeTheOldSessionIsLeft) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    world.welcome("B");
    EXPECT_EQ(world.worker.status().session_id, "A");
    world.accept_claim("B");

    EXPECT_EQ(world.worker.status().session_id, "B");
    world.advance(seconds(3));
    EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
}

TEST(WorkerReconnect, OldSessionIsReadToItsEnd) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");
    world.advance(seconds(3));

    world.frame(old, notification_frame("late"));
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});

    EXPECT_EQ(world.forwarded_ids(), Ids{"late"});
}

TEST(WorkerReconnect, OldSessionLingersWhileItStillBringsMessages) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");

    for (int i = 0; i < 10; ++i) {
        world.frame(old, notification_frame("m" + std::to_string(i)));
        world.advance(seconds(1));
    }
    EXPECT_TRUE(world.closes.empty());
    world.advance(seconds(2));

    EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
}

TEST(WorkerReconnect, OldSessionIsClosedInsideTwitchsThirtySecondsHoweverBusy) {
    World world;
    const auto old = world.become_ready("A");
    const auto ordered_at = world.now;
    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");

    for (int i = 0; world.closes.empty() && i < 60; ++i) {
        world.frame(old, notification_frame("m" + std::to_string(i)));
        world.advance(seconds(1));
    }

    EXPECT_LT(world.now - ordered_at, seconds(30));
}

TEST(WorkerReconnect, PlanBStartsAfterTenSecondsWithoutAnAnswer) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    for (int i = 0; i < 9; ++i) {
        world.frame(old, keepalive_frame());
        world.advance(seconds(1));
    }
    EXPECT_EQ(world.dials.size(), 2U);
    world.advance(seconds(1));

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials[2].url.host, "eventsub.example");
    EXPECT_EQ(world.worker.status().session_id, "A");
}

TEST(WorkerReconnect, PlanBStartsAtOnceWhenTheUrlIsRefused) {
    for (const auto& end : {SessionEnd{4007, {}, {}}, SessionEnd{{}, 503, {}}}) {
        World world;
        const auto old = world.become_ready("A");
        world.frame(old, reconnect_frame("A", cell_url));

        world.end(world.dials[1].key, end);
        ASSERT_EQ(world.dials.size(), 3U);
        world.welcome("F");
        world.accept_claim("F");

        EXPECT_EQ(world.worker.status().session_id, "F");
        EXPECT_TRUE(world.aborts.empty());
        world.advance(seconds(3));
        EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
    }
}

TEST(WorkerReconnect, PlainNetworkFailureIsDialledAgainAtTheSameUrl) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    world.end(world.dials[1].key,
              {.close_code = {}, .http_status = {}, .what = "connection refused"});
    world.advance(seconds(1));

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials[2].url.host, "cell-a.eventsub.example");
}

TEST(WorkerReconnect, PlanBStartsAtOnceWhenTheOldSessionDiesFirst) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    world.end(old, {.close_code = {}, .http_status = {}, .what = "reset"});

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials[2].url.host, "eventsub.example");
}

TEST(WorkerReconnect, LateNewSessionThatCarriesTheBindingIsKept) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto late = world.dials[1].key;
    world.end(old, {.close_code = {}, .http_status = {}, .what = "reset"});
    ASSERT_EQ(world.dials.size(), 3U);

    world.worker.on_session_open(late, world.now);
    world.frame(late, welcome_frame("A"));

    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
    EXPECT_EQ(world.aborts, std::vector<SessionKey>{world.dials[2].key});
}

TEST(WorkerReconnect, RefusedConfirmationBringsAFreshSession) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");

    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());

    ASSERT_EQ(world.dials.size(), 3U);
    world.welcome("F");
    world.accept_claim("F");
    EXPECT_EQ(world.worker.status().session_id, "F");
}

TEST(WorkerReconnect, UrlOfAStrangerIsNotFollowedButAnsweredWithAFreshSession) {
    for (const std::string_view url :
         {"wss://evil.example/ws", "ws://eventsub.example/ws", "wss://eventsub.example.evil.org/ws",
          "wss://eventsub.example:444/ws", "https://eventsub.example/ws", "nonsense"}) {
        World world;
        const auto old = world.become_ready("A");

        world.frame(old, reconnect_frame("A", url));

        ASSERT_EQ(world.dials.size(), 2U) << url;
        EXPECT_EQ(world.dials[1].url.host, "eventsub.example");
        EXPECT_EQ(world.dials[1].url.target, "/ws");
        EXPECT_TRUE(world.closes.empty());
        world.frame(old, notification_frame("still read"));
        EXPECT_EQ(world.forwarded.size(), 1U);
    }
}

TEST(WorkerReconnect, NewerUrlCountsWhileNothingAnswersAtTheFirst) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    world.frame(old, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials[2].url.host, "cell-b.eventsub.example");
    EXPECT_TRUE(world.aborts.empty());
    world.end(world.dials[1].key, {.close_code = 4007, .http_status = {}, .what = {}});
    EXPECT_EQ(world.dials.size(), 3U);
    world.welcome("A");
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

// Twitch had moved the session to the first URL before the second order was read: a worker that
// gave that socket up lost what was written to it.
TEST(WorkerReconnect, FirstUrlThatAnswersAfterANewerOneIsFollowed) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    world.frame(old, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));

    const auto first = world.dials[1].key;
    world.worker.on_session_open(first, world.now);
    world.frame(first, welcome_frame("A"));
    world.frame(first, notification_frame("moved"));
    world.end(old);

    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"moved"});
    EXPECT_TRUE(world.aborts.empty());
    world.welcome("A");
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

// The session at the first URL ends in vain while the second is still being dialled: a URL serves
// once, so another dial of it would be refused, and plan B would wait for that one.
TEST(WorkerReconnect, UrlThatIsBeingDialledIsNotDialledAgainAfterAnEarlierOneEnded) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    world.frame(old, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));
    const auto first = world.dials[1].key;
    const auto second = world.dials[2].key;
    world.worker.on_session_open(first, world.now);
    world.frame(first, welcome_frame("B"));
    world.end(first);

    world.advance(seconds(1));

    ASSERT_EQ(world.dials.size(), 3U);
    world.end(second, {.close_code = 4007, .http_status = {}, .what = {}});
    ASSERT_EQ(world.dials.size(), 4U);
    EXPECT_EQ(world.dials[3].url.host, "eventsub.example");
}

// Twitch had moved the session to a socket whose welcome came too late, and was not read.
TEST(WorkerReconnect, LateWelcomeAtTheReconnectUrlIsWaitedForBesidePlanB) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto late = world.dials[1].key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 11; ++i) {
        world.frame(old, keepalive_frame());
        world.advance(seconds(1));
    }
    ASSERT_EQ(world.dials.size(), 3U);

    world.frame(late, welcome_frame("A"));
    world.frame(late, notification_frame("moved"));
    world.end(old);

    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"moved"});
    EXPECT_EQ(world.aborts, std::vector<SessionKey>{world.dials[2].key});
}

// It is read on, for Twitch may have moved the session there, but it is not waited for.
TEST(WorkerReconnect, OneThatIsNotWelcomedInTimeKeepsNoFreshSessionWaiting) {
    auto options = World::default_options();
    options.redial.delay_min = options.redial.delay_max = std::chrono::hours(1);
    World world(options);
    const auto old = world.become_ready("A");
    const auto pass = [&](int count) {
        for (int i = 0; i < count; ++i) {
            world.frame(old, keepalive_frame());
            world.advance(seconds(1));
        }
    };
    world.frame(old, reconnect_frame("A", cell_url));
    world.end(world.dials[1].key, SessionEnd{{}, {}, true});
    pass(10);
    for (int i = 0; i < 2; ++i) {  // the first one that fails is followed by another at once
        ASSERT_EQ(world.dials.back().url.host, "eventsub.example");
        world.end(world.dials.back().key, SessionEnd{{}, {}, true});
        world.advance(milliseconds(100));
    }
    pass(3);
    ASSERT_EQ(world.dials.back().url.host, "cell-a.eventsub.example");
    world.worker.on_session_open(world.dials.back().key, world.now);
    pass(11);
    const auto dials = world.dials.size();

    world.end(old);
    world.advance(seconds(1));

    ASSERT_EQ(world.dials.size(), dials + 1);
    EXPECT_EQ(world.dials.back().url.host, "eventsub.example");
}

// Twitch may go on writing to it for a while. It was closed after two quiet seconds, between two
// dials.
TEST(WorkerReconnect, OldSessionIsReadOnWhenTheNewOneIsLostRightAfterItsWelcome) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");

    world.end(fresh, {.was_cut = true, .what = "reset"});
    for (int i = 0; i < 10; ++i) {
        world.advance(milliseconds(500));
        world.end(world.dials.back().key, {.was_cut = true, .what = "connection refused"});
    }

    EXPECT_TRUE(world.closes.empty());
    world.frame(old, notification_frame("late"));
    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"late"});
}

// The bug: a process that slept took the old session for quiet and closed it, before it read that
// the new one had been lost meanwhile.
TEST(WorkerReconnect, OldSessionIsReadOnWhenTheNewOneIsLostDuringASleep) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.welcome("A");
    world.accept_claim("A");

    world.worker.on_slept(world.now, world.now + seconds(5));
    world.now += seconds(5);
    world.worker.on_deadline(world.now);
    world.collect();
    EXPECT_TRUE(world.closes.empty());
    world.end(fresh, {.was_cut = true, .what = "reset"});
    world.frame(old, notification_frame("late"));

    EXPECT_TRUE(world.closes.empty());
    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"late"});
}

// Twitch closes it 30 s after the order, and we before that; the session that came in the last
// second was lost at once.
TEST(WorkerReconnect, OldSessionIsReadOnForAWhileHoweverLateTheNewOneComes) {
    auto options = World::default_options();
    options.redial.delay_min = options.redial.delay_max = std::chrono::hours(1);
    World world(options);
    const auto old = world.become_ready("A");
    const auto ordered_at = world.now;
    world.frame(old, reconnect_frame("A", cell_url));
    world.end(world.dials[1].key, {.was_cut = true, .what = "connection refused"});
    while (world.now < ordered_at + seconds(17)) {
        world.frame(old, keepalive_frame());
        world.advance(milliseconds(500));
        if (world.dials.back().key != world.dials[1].key)
            world.end(world.dials.back().key, {.was_cut = true, .what = "connection refused"});
    }
    const auto dials = world.dials.size();
    while (world.dials.size() == dials) world.advance(milliseconds(500));
    ASSERT_EQ(world.dials.back().url.host, "cell-a.eventsub.example");
    const auto late = world.dials.back().key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; world.now < ordered_at + seconds(29); ++i) {
        world.frame(old, notification_frame("m" + std::to_string(i)));
        world.advance(milliseconds(500));
    }

    world.frame(late, welcome_frame("A"));
    world.advance(milliseconds(100));
    EXPECT_TRUE(world.closes.empty());
    world.end(late, {.was_cut = true, .what = "reset"});
    world.frame(old, notification_frame("late"));

    EXPECT_EQ(world.forwarded_ids().back(), "late");
    EXPECT_TRUE(world.closes.empty());
}

TEST(WorkerReconnect, OrderOnTheNewSessionIsANewCycle) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto second = world.welcome("A");

    world.frame(second, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));
    world.welcome("A");

    EXPECT_EQ(world.worker.status().reconnects, 2U);
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
    world.advance(seconds(3));
    EXPECT_EQ(world.closes, (std::vector<SessionKey>{old, second}));
}

TEST(WorkerReconnect, OrderThatComesBeforeTheClaimIsFollowedAfterIt) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");

    world.frame(key, reconnect_frame("A", cell_url));
    EXPECT_EQ(world.dials.size(), 1U);
    world.accept_claim("A");

    ASSERT_EQ(world.dials.size(), 2U);
    EXPECT_EQ(world.dials[1].url.host, "cell-a.eventsub.example");
}

TEST(WorkerReconnect, OrderWithoutAUrlThatComesBeforeTheClaimBringsAFreshSession) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");

    world.frame(key, reconnect_frame("A", ""));
    world.accept_claim("A");

    ASSERT_EQ(world.dials.size(), 2U);
    EXPECT_EQ(world.dials[1].url.target, "/ws");
}

// The bug: a reconnect that worked was told as a gap when the old session's end was read first.
TEST(WorkerReconnect, OldSessionsEndBeforeTheWelcomeIsNoGapWhenTheBindingCameAlong) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto fresh = world.dials[1].key;
    world.end(old, {.close_code = 1000, .http_status = {}, .what = {}});

    world.worker.on_session_open(fresh, world.now);
    world.frame(fresh, welcome_frame("A"));

    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerReconnect, NothingThatReadsIsClosedWhileAFreshSessionIsOnItsWay) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto late = world.dials[1].key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 10; ++i) {
        world.frame(old, keepalive_frame());
        world.advance(seconds(1));
    }
    ASSERT_EQ(world.dials.size(), 3U);
    world.welcome("F");

    world.frame(late, welcome_frame("B"));
    world.advance(milliseconds(2400));
    EXPECT_TRUE(world.closes.empty());
    world.accept_claim("F");
    world.advance(seconds(3));

    EXPECT_EQ(world.worker.status().session_id, "F");
    EXPECT_EQ(world.closes.size(), 2U);
}

TEST(WorkerReconnect, OneClaimIsUnderWayAtATime) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto second = world.welcome("A");
    const auto confirmation = world.take_request("PATCH", "/conduits/shards");

    world.frame(second, reconnect_frame("A", "wss://cell-b.eventsub.example/ws?challenge=c2"));
    world.welcome("C");
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    world.answer(confirmation, 202, World::accepted("A"));

    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(WorkerReconnect, ReconnectUrlIsNeverLogged) {
    World world;
    const auto old = world.become_ready("A");

    world.frame(old, reconnect_frame("A", cell_url));
    world.welcome("A");

    EXPECT_FALSE(world.has_logged("challenge"));
    EXPECT_FALSE(world.has_logged("c1"));
}

}  // namespace
}  // namespace conduitd
