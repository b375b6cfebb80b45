#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto shards_path = "/conduits/shards?conduit_id=conduit-1";

std::string listing(std::string_view session, std::string_view status = "enabled") {
    return fmt::format(
        R"({{"data":[{{"id":"0","status":"enabled","transport":{{"method":"websocket","session_id":"other"}}}},{{"id":"3","status":"{}","transport":{{"method":"websocket","session_id":"{}"}}}}],"pagination":{{}}}})",
        status, session);
}

// Time passes until the worker looks; the session is kept alive.
SendRequest await_look(World& world, SessionKey key) {
    for (int i = 0; i < 20 && !world.has_request("GET", shards_path); ++i) {
        world.advance(2s);
        world.frame(key, keepalive_frame());
    }
    return world.take_request("GET", shards_path);
}

TEST(WorkerLook, IsTakenTwiceAfterAClaimAndThenNoMore) {
    World world;
    const auto key = world.become_ready("A");
    const auto claimed_at = world.now;

    world.answer(await_look(world, key), 200, listing("A"));
    const auto first_after = world.now - claimed_at;
    world.answer(await_look(world, key), 200, listing("A"));
    for (int i = 0; i < 60; ++i) world.keep_alive(key);

    // Not before a claim's own time-out, after which a straggler cannot arrive any more.
    EXPECT_GT(first_after, 2500ms);
    EXPECT_LE(first_after, 7s);
    EXPECT_GT(world.now - claimed_at, 5min);
    EXPECT_FALSE(world.has_request("GET", shards_path));
    EXPECT_FALSE(world.has_request("PATCH", shards_path));
}

TEST(WorkerLook, ShardOnAnOlderSessionOfOursIsClaimedAgain) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old);
    world.advance(1s);
    const auto key = world.welcome("B");
    world.accept_claim("B");

    world.answer(await_look(world, key), 200, listing("A"));
    world.accept_claim("B");

    EXPECT_TRUE(world.has_logged("the shard is not at our session: claiming it again shard=3"));
    EXPECT_TRUE(world.aborts.empty());
    EXPECT_EQ(world.worker.status().session_id, "B");
}

TEST(WorkerLook, ShardThatIsNotEnabledOrNotListedIsClaimedAgain) {
    for (const auto& body : {listing("A", "websocket_disconnected"), listing("X", "webhook_failed"),
                             std::string(R"({"data":[],"pagination":{}})")}) {
        World world;
        const auto key = world.become_ready("A");

        world.answer(await_look(world, key), 200, body);

        EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards")) << body;
    }
}

TEST(WorkerLook, FollowsThePagesToTheShard) {
    World world;
    const auto key = world.become_ready("A");

    world.answer(
        await_look(world, key), 200,
        R"({"data":[{"id":"0","status":"enabled","transport":{}}],"pagination":{"cursor":"n&2"}})");
    const auto second = world.take_request("GET", shards_path);
    world.answer(second, 200, listing("A", "websocket_internal_error"));

    EXPECT_THAT(second.request.url.target, testing::HasSubstr("&after=n%262"));
    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(WorkerLook, ThatFailsIsRepeatedLater) {
    World world;
    const auto key = world.become_ready("A");

    world.answer(await_look(world, key), 404, "{}");
    const auto again = await_look(world, key);
    world.answer(again, 200, listing("A", "websocket_disconnected"));

    EXPECT_TRUE(world.has_logged("the shard cannot be looked up"));
    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(WorkerLook, SaysNothingOfASessionThatWasReplacedMeanwhile) {
    World world;
    const auto key = world.become_ready("A");
    const auto look = await_look(world, key);
    world.end(key);
    world.advance(1s);
    world.welcome("B");
    world.accept_claim("B");

    world.answer(look, 200, listing("A", "websocket_disconnected"));

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

// A listing that never shows what was claimed must not turn into a stream of claims.
TEST(WorkerLook, ListingThatStaysWrongIsAskedLessAndLess) {
    World world;
    const auto key = world.become_ready("A");
    const auto start = world.now;

    unsigned claims = 0;
    while (world.now - start < 10min) {
        world.keep_alive(key);
        if (world.has_request("GET", shards_path)) {
            world.answer(world.take_request("GET", shards_path), 200,
                         listing("A", "websocket_disconnected"));
        }
        if (world.has_request("PATCH", "/conduits/shards")) {
            world.accept_claim("A");
            ++claims;
        }
    }

    EXPECT_GE(claims, 5u);
    EXPECT_LE(claims, 16u);
}

// The bug: a claim was forgotten when its session ended, though Twitch might apply it after the
// claim that followed, and the shard was then left at a dead session in silence.
TEST(WorkerClaim, StragglerOfAnEndedSessionIsFollowedByAnotherClaim) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto first = world.welcome("A");
    const auto straggler = world.take_request("PATCH", "/conduits/shards");
    world.end(first);
    world.advance(1s);
    world.list_conduits();
    world.welcome("B");
    world.accept_claim("B");
    ASSERT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    const auto claimed_at = world.now;
    world.advance(700ms);

    world.answer(straggler, 202, World::accepted("A"));
    const auto again = world.take_request("PATCH", "/conduits/shards");
    world.answer(again, 202, World::accepted("B"));

    EXPECT_THAT(again.request.body, testing::HasSubstr(R"("session_id":"B")"));
    EXPECT_EQ(world.worker.status().session_id, "B");
    // The shard may have been at the session that had ended, before the claim and after it.
    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[0].until, claimed_at);
    EXPECT_EQ(world.gaps[1].reason, GapReason::claim_unanswered);
    EXPECT_EQ(world.gaps[1].since, claimed_at);
    EXPECT_EQ(world.gaps[1].until, world.now);
}

TEST(WorkerClaim, StragglerThatIsAnsweredDuringTheNextClaimIsFollowedByAThird) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto first = world.welcome("A");
    const auto straggler = world.take_request("PATCH", "/conduits/shards");
    world.end(first);
    world.advance(1s);
    world.list_conduits();
    world.welcome("B");
    const auto claim = world.take_request("PATCH", "/conduits/shards");

    world.fail(straggler);
    world.answer(claim, 202, World::accepted("B"));

    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.status().session_id, "B");
}

}  // namespace
}  // namespace conduitd
