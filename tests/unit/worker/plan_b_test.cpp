// A fresh session when nothing is to be had at the reconnect URL, beside what may still come there.

#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto newer_url = "wss://cell-b.eventsub.example/ws?challenge=c2";

// The bug: each failure of a fresh session put the next dial of the URL off by two seconds more.
TEST(WorkerPlanB, UrlIsTriedEveryTwoSecondsHoweverOftenFreshSessionsAreRefused) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto ordered_at = world.now;
    world.advance(10s);
    world.end(world.dials[1].key, {.was_cut = true});

    std::size_t tries = 0;
    for (std::size_t ended = 2; world.now < ordered_at + 19s; world.advance(50ms)) {
        for (; ended < world.dials.size(); ++ended) {
            const bool is_url = world.dials[ended].url.target != "/ws";
            world.end(world.dials[ended].key,
                      is_url ? SessionEnd{.was_cut = true} : SessionEnd{.http_status = 503});
            if (is_url) ++tries;
        }
    }

    EXPECT_GE(tries, 3U);
}

// The bug: that the first of two URLs was refused was taken for a refusal of the second.
TEST(WorkerPlanB, RefusalAtAnEarlierUrlDoesNotCountForTheLaterOne) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", reconnect_url));
    const auto first = world.dials.back().key;
    world.frame(old, reconnect_frame("A", newer_url));
    const auto second = world.dials.back().key;
    world.worker.on_session_open(first, world.now);
    world.frame(first, welcome_frame("B"));

    world.end(first, {.close_code = 4007});
    world.advance(600ms);

    EXPECT_EQ(world.dials.back().key, second);
    world.welcome("A");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

TEST(WorkerPlanB, StartsAfterTenSecondsWithoutAnAnswer) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    for (int i = 0; i < 9; ++i) {
        world.frame(old, keepalive_frame());
        world.advance(1s);
    }
    EXPECT_EQ(world.dials.size(), 2U);
    world.advance(1s);

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials[2].url.host, "eventsub.example");
    EXPECT_EQ(world.worker.status().session_id, "A");
}

TEST(WorkerPlanB, StartsAtOnceWhenTheUrlIsRefused) {
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
        world.advance(3s);
        EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
    }
}

TEST(WorkerPlanB, StartsAtOnceWhenTheOldSessionDiesFirst) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));

    world.end(old, {.close_code = {}, .http_status = {}, .what = "reset"});

    ASSERT_EQ(world.dials.size(), 3U);
    EXPECT_EQ(world.dials[2].url.host, "eventsub.example");
}

TEST(WorkerPlanB, LateNewSessionThatCarriesTheBindingIsKept) {
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

TEST(WorkerPlanB, RefusedConfirmationBringsAFreshSession) {
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

TEST(WorkerPlanB, UrlOfAStrangerIsNotFollowedButAnsweredWithAFreshSession) {
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

// Twitch had moved the session to a socket whose welcome came too late, and was not read.
TEST(WorkerPlanB, LateWelcomeAtTheReconnectUrlIsWaitedForBesidePlanB) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto late = world.dials[1].key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 11; ++i) {
        world.frame(old, keepalive_frame());
        world.advance(1s);
    }
    ASSERT_EQ(world.dials.size(), 3U);

    world.frame(late, welcome_frame("A"));
    world.frame(late, notification_frame("moved"));
    world.end(old);

    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"moved"});
    EXPECT_EQ(world.aborts, std::vector<SessionKey>{world.dials[2].key});
}

// It is read on, for Twitch may have moved the session there, but it is not waited for.
TEST(WorkerPlanB, OneThatIsNotWelcomedInTimeKeepsNoFreshSessionWaiting) {
    auto options = World::default_options();
    options.redial.delay_min = options.redial.delay_max = std::chrono::hours(1);
    World world(options);
    const auto old = world.become_ready("A");
    const auto pass = [&](int count) {
        for (int i = 0; i < count; ++i) {
            world.frame(old, keepalive_frame());
            world.advance(1s);
        }
    };
    world.frame(old, reconnect_frame("A", cell_url));
    world.end(world.dials[1].key, SessionEnd{{}, {}, true});
    pass(10);
    for (int i = 0; i < 2; ++i) {  // the first one that fails is followed by another at once
        ASSERT_EQ(world.dials.back().url.host, "eventsub.example");
        world.end(world.dials.back().key, SessionEnd{{}, {}, true});
        world.advance(100ms);
    }
    pass(3);
    ASSERT_EQ(world.dials.back().url.host, "cell-a.eventsub.example");
    world.worker.on_session_open(world.dials.back().key, world.now);
    pass(11);
    const auto dials = world.dials.size();

    world.end(old);
    world.advance(1s);

    ASSERT_EQ(world.dials.size(), dials + 1);
    EXPECT_EQ(world.dials.back().url.host, "eventsub.example");
}

TEST(WorkerPlanB, OrderWithoutAUrlThatComesBeforeTheClaimBringsAFreshSession) {
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

TEST(WorkerPlanB, NothingThatReadsIsClosedWhileAFreshSessionIsOnItsWay) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", cell_url));
    const auto late = world.dials[1].key;
    world.worker.on_session_open(late, world.now);
    for (int i = 0; i < 10; ++i) {
        world.frame(old, keepalive_frame());
        world.advance(1s);
    }
    ASSERT_EQ(world.dials.size(), 3U);
    world.welcome("F");

    world.frame(late, welcome_frame("B"));
    world.advance(2400ms);
    EXPECT_TRUE(world.closes.empty());
    world.accept_claim("F");
    world.advance(3s);

    EXPECT_EQ(world.worker.status().session_id, "F");
    EXPECT_EQ(world.closes.size(), 2U);
}

}  // namespace
}  // namespace conduitd
