#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(WorkerSilence, SilenceBringsAFreshSessionWhileTheOldIsStillRead) {
    World world;
    const auto old = world.become_ready("A");

    world.advance(milliseconds(10999));
    EXPECT_EQ(world.dials.size(), 1U);
    world.advance(milliseconds(1));
    ASSERT_EQ(world.dials.size(), 2U);
    EXPECT_TRUE(world.closes.empty());
    world.frame(old, notification_frame("m1"));
    world.welcome("B");
    world.accept_claim("B");

    EXPECT_EQ(world.forwarded.size(), 1U);
    EXPECT_EQ(world.worker.status().session_id, "B");
    world.advance(seconds(3));
    EXPECT_EQ(world.closes, std::vector<SessionKey>{old});
}

TEST(WorkerSilence, KeepalivesKeepTheSession) {
    World world;
    const auto key = world.become_ready("A");

    for (int i = 0; i < 20; ++i) {
        world.advance(seconds(10));
        world.frame(key, keepalive_frame());
    }

    EXPECT_EQ(world.dials.size(), 1U);
}

// Its claim took effect, although no answer came: Twitch points the shard at a session that is
// gone, and says nothing on the old one but keepalives.
TEST(WorkerSilence, SessionThatSpeaksAgainIsClaimedAgainWhenItsReplacementFailsAfterAClaim) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(seconds(11));
    world.welcome("B");
    world.fail(world.take_request("PATCH", "/conduits/shards"));

    world.frame(old, keepalive_frame());
    world.end(world.dials[1].key, {.close_code = 1000, .http_status = {}, .what = {}});

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_NE(claim.request.body.find("\"A\""), std::string::npos);
    EXPECT_EQ(world.dials.size(), 2U);
}

TEST(WorkerSilence, SessionThatSpeaksAgainIsKeptWhenItsReplacementFails) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(seconds(11));
    ASSERT_EQ(world.dials.size(), 2U);

    world.frame(old, keepalive_frame());
    world.end(world.dials[1].key, {.close_code = {}, .http_status = {}, .what = "refused"});
    world.advance(seconds(5));

    EXPECT_EQ(world.dials.size(), 2U);
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

// Its claim may have taken effect: what Twitch wrote since then was lost with the socket.
TEST(WorkerSilence, SessionThatFallsSilentDuringItsClaimIsReadToItsEnd) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");
    const auto claim = world.take_request("PATCH", "/conduits/shards");

    world.now += seconds(11);
    world.worker.on_deadline(world.now);
    world.fail(claim);
    world.frame(key, notification_frame("unread"));

    EXPECT_TRUE(world.aborts.empty());
    EXPECT_EQ(world.closes, std::vector<SessionKey>{key});
    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"unread"});
}

// The bug: the order was forgotten when the fresh session that was to take over failed.
TEST(WorkerSilence, OrderToMoveDuringAFalseAlarmIsKeptWhenTheFreshSessionFails) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(seconds(11));
    ASSERT_EQ(world.dials.size(), 2U);
    world.frame(old, reconnect_frame("A", "wss://cell-a.eventsub.example/ws?challenge=c1"));

    world.end(world.dials[1].key, {.close_code = {}, .http_status = 503, .what = {}});
    world.advance(seconds(1));

    EXPECT_EQ(world.dials.size(), 3U);
}

}  // namespace
}  // namespace conduitd
