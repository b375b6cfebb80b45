#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::seconds;

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
