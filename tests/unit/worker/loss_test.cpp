#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(WorkerLoss, EveryCloseCodeIsAnsweredWithAFreshSession) {
    for (const int code :
         {4000, 4001, 4002, 4003, 4004, 4005, 4006, 4007, 1000, 1001, 1011, 1012, 3999}) {
        World world;
        const auto old = world.become_ready("A");

        world.end(old,
                  {.close_code = static_cast<std::uint16_t>(code), .http_status = {}, .what = {}});
        world.advance(milliseconds(50));
        ASSERT_EQ(world.dials.size(), 2U) << code;
        world.welcome("B");
        world.accept_claim("B");

        EXPECT_EQ(world.worker.status().state, WorkerState::holding);
        EXPECT_EQ(world.dials[1].url.host, "eventsub.example");
        ASSERT_EQ(world.gaps.size(), 1U) << code;
        EXPECT_EQ(world.gaps[0].reason, GapReason::session_closed);
    }
}

TEST(WorkerLoss, FirstRetryIsAtOnceAndLaterOnesBackOff) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old, {.close_code = {}, .http_status = {}, .what = "reset"});

    world.advance(milliseconds(20));
    ASSERT_EQ(world.dials.size(), 2U);
    for (int i = 0; i < 12; ++i) {
        const auto dials = world.dials.size();
        const auto from = world.now;
        world.end(world.dials.back().key, {.close_code = {}, .http_status = {}, .what = "refused"});
        while (world.dials.size() == dials) world.advance(milliseconds(100));
        EXPECT_LE(world.now - from, seconds(31));
    }

    EXPECT_FALSE(world.stopped);
}

TEST(WorkerLoss, UpgradeAnswered429WaitsFifteenToThirtySeconds) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old, {.close_code = {}, .http_status = {}, .what = "reset"});
    world.advance(milliseconds(20));

    world.end(world.dials.back().key, {.close_code = {}, .http_status = 429, .what = {}});
    world.advance(milliseconds(14900));
    EXPECT_EQ(world.dials.size(), 2U);
    world.advance(seconds(16));

    EXPECT_EQ(world.dials.size(), 3U);
}

TEST(WorkerLoss, SilenceBringsAFreshSessionWhileTheOldIsStillRead) {
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

TEST(WorkerLoss, KeepalivesKeepTheSession) {
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
TEST(WorkerLoss, SessionThatSpeaksAgainIsClaimedAgainWhenItsReplacementFailsAfterAClaim) {
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

TEST(WorkerLoss, SessionThatSpeaksAgainIsKeptWhenItsReplacementFails) {
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
TEST(WorkerLoss, SessionThatFallsSilentDuringItsClaimIsReadToItsEnd) {
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

TEST(WorkerLoss, MissingWelcomeGivesTheSessionUp) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    world.worker.on_session_open(world.dials[0].key, world.now);

    world.advance(seconds(11));

    EXPECT_EQ(world.aborts, std::vector<SessionKey>{world.dials[0].key});
}

TEST(WorkerLoss, RefusedTokenLaterDegradesAndEndsNothing) {
    auto options = World::default_options();
    options.helix.client_secret = "";
    options.helix.given_token = "given";
    World world(options);
    world.worker.start(world.now);
    world.answer(world.take_request("GET", "/oauth2/validate"), 200,
                 R"({"client_id":"client","scopes":[],"expires_in":5000000})");
    world.list_conduits();
    const auto key = world.welcome("A");
    world.accept_claim("A");

    for (int i = 0; i < 380 && !world.has_request("GET", "/oauth2/validate"); ++i) {
        world.advance(seconds(10));
        world.frame(key, keepalive_frame());
    }
    world.answer(world.take_request("GET", "/oauth2/validate"), 401,
                 R"({"status":401,"message":"invalid access token"})");
    world.advance(seconds(1));
    world.frame(key, notification_frame("m1"));

    EXPECT_FALSE(world.stopped);
    EXPECT_TRUE(world.worker.status().is_degraded);
    EXPECT_EQ(world.forwarded.size(), 1U);
    EXPECT_TRUE(world.has_logged("degraded"));
}

// The bug: a claim that is refused from inside the call was never looked at.
TEST(WorkerLoss, SessionThatCannotBeClaimedForWantOfATokenIsClosedAtOnce) {
    World world;
    const auto old = world.become_ready("A");
    world.refuse_token(old);
    world.end(old, {.what = "reset"});
    world.advance(milliseconds(20));

    const auto fresh = world.welcome("B");

    EXPECT_TRUE(world.worker.status().is_degraded);
    EXPECT_EQ(world.closes, std::vector<SessionKey>{fresh});
    EXPECT_FALSE(world.stopped);
}

// The bug: the order was forgotten when the fresh session that was to take over failed.
TEST(WorkerLoss, OrderToMoveDuringAFalseAlarmIsKeptWhenTheFreshSessionFails) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(seconds(11));
    ASSERT_EQ(world.dials.size(), 2U);
    world.frame(old, reconnect_frame("A", "wss://cell-a.eventsub.example/ws?challenge=c1"));

    world.end(world.dials[1].key, {.close_code = {}, .http_status = 503, .what = {}});
    world.advance(seconds(1));

    EXPECT_EQ(world.dials.size(), 3U);
}

TEST(WorkerLoss, RefusedCredentialsAreReadAgainEachMinute) {
    World world;
    const auto key = world.become_ready("A");
    world.refuse_token(key);
    ASSERT_TRUE(world.worker.status().is_degraded);
    world.credentials = Credentials{"replaced-secret", ""};

    while (!world.has_request("POST", "/oauth2/token")) world.keep_alive(key);
    const auto grant = world.take_request("POST", "/oauth2/token");
    world.answer(grant, 200, R"({"access_token":"new","expires_in":5000000})");

    EXPECT_NE(grant.request.body.find("client_secret=replaced-secret"), std::string::npos);
    EXPECT_FALSE(world.worker.status().is_degraded);
    EXPECT_TRUE(world.has_logged("no longer degraded"));
}

TEST(WorkerLoss, VanishedConduitLaterEndsNothing) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old, {.close_code = 4000, .http_status = {}, .what = {}});
    world.advance(milliseconds(20));
    world.welcome("B");

    world.answer(world.take_request("PATCH", "/conduits/shards"), 404, "{}");

    EXPECT_FALSE(world.stopped);
    EXPECT_TRUE(world.worker.status().is_degraded);
}

TEST(WorkerLoss, MalformedFrameIsSkippedAndTheNextOneForwarded) {
    World world;
    const auto key = world.become_ready("A");

    world.frame(key, "{\"metadata\":");
    world.frame(key, "[]");
    world.frame(key, notification_frame("m1"));

    EXPECT_EQ(world.forwarded.size(), 1U);
    EXPECT_TRUE(world.has_logged("frame skipped"));
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

// The bug: that a notification may have been in it was in no gap line.
TEST(WorkerLoss, BinaryMessageIsSkippedAndTold) {
    World world;
    const auto key = world.become_ready("A");

    world.worker.on_binary_message(key, 100, world.now);
    world.collect();

    EXPECT_TRUE(world.has_logged("binary message skipped"));
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::message_skipped);
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

TEST(WorkerLoss, MessageOfAnUnknownTypeIsSkipped) {
    World world;
    const auto key = world.become_ready("A");

    world.frame(key,
                R"({"metadata":{"message_id":"x","message_type":"session_party"},"payload":{}})");

    EXPECT_TRUE(world.forwarded.empty());
    EXPECT_TRUE(world.has_logged("unknown type skipped type=session_party"));
}

// The bug: the wait before another replacement of a session kept its loss waiting too.
TEST(WorkerLoss, IsAnsweredAtOnceAlsoWhileAReplacementWaits) {
    World world;
    const auto key = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    for (int i = 0; i < 8; ++i) {  // the wait grows
        world.collect();
        world.end(world.dials.back().key, {.was_cut = true});
        const auto dials = world.dials.size();
        while (world.dials.size() == dials) world.keep_alive(key);
    }
    world.end(world.dials.back().key, {.was_cut = true});
    const auto dials = world.dials.size();

    world.end(key, {.close_code = 4004});
    world.advance(30ms);

    EXPECT_EQ(world.dials.size(), dials + 1);
}

// The bug: it was told as two, one of them for the claim that was not answered meanwhile.
TEST(WorkerLoss, SpellWithoutASessionIsOneGapWhateverHappensInIt) {
    World world;
    const auto key = world.become_ready("A");
    world.end(key, {.was_cut = true});
    world.advance(30ms);
    const auto second = world.welcome("F");
    world.fail(world.take_request("PATCH", "/conduits/shards"));
    world.end(second, {.was_cut = true});
    world.advance(2s);

    world.welcome("G");
    world.accept_claim("G");

    EXPECT_EQ(world.gaps.size(), 1U);
}

// The bug: each that was given up unanswered was read on, without end.
TEST(WorkerLoss, SessionsWhoseClaimsAreNotAnsweredAreBounded) {
    World world;
    auto newest = world.become_ready("A");
    world.end(newest, {.was_cut = true});
    for (int i = 0; i < 600; ++i) {
        world.advance(1s);
        while (world.has_request("PATCH", "/conduits/shards")) {
            world.answer(world.take_request("PATCH", "/conduits/shards"), 500, "{}");
        }
        if (world.dials.back().key != newest) newest = world.welcome(fmt::format("S{}", i));
    }

    EXPECT_GE(world.dials.size(), 15U);
    EXPECT_LE(world.dials.size() - 1 - world.closes.size(), 6U);
}

TEST(WorkerLoss, ClaimThatTwitchRefusesIsNotRepeatedForTheSameSession) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 400,
                 R"({"status":400,"message":"no"})");

    world.advance(7s);

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_TRUE(std::ranges::count(world.closes, key));
}

}  // namespace
}  // namespace conduitd
