#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto claims = "/conduits/shards";

// Answers nothing until the session's window is over, keeping the other one alive.
void leave_claims_unanswered(World& world, SessionKey alive) {
    for (int second = 0; second < 9; ++second) {
        while (world.has_request("PATCH", claims)) world.fail(world.take_request("PATCH", claims));
        world.advance(1s);
        world.frame(alive, keepalive_frame());
    }
}

// The bug: a fresh session whose claims took effect unanswered was closed, the shard pointed at it,
// and the session that was still read was not claimed again.
TEST(WorkerUnansweredClaim, ShardIsClaimedBackForTheSessionThatIsRead) {
    World world;
    const auto old = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");

    leave_claims_unanswered(world, old);

    EXPECT_TRUE(world.closes.empty());
    EXPECT_TRUE(world.aborts.empty());
    EXPECT_GE(world.dials.size(), 3U);
    world.welcome("C");
    EXPECT_TRUE(world.has_request("PATCH", claims));
}

TEST(WorkerUnansweredClaim, SessionThatEndsAfterwardsMayHaveMissedSomething) {
    World world;
    const auto old = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto fresh = world.welcome("B");
    world.fail(world.take_request("PATCH", claims));

    world.end(fresh, {.was_cut = true});
    world.advance(30ms);
    while (!world.has_request("PATCH", claims)) world.keep_alive(old);
    const auto request = world.take_request("PATCH", claims);
    world.answer(request, 202, World::accepted("A"));

    EXPECT_THAT(request.request.body, testing::HasSubstr(R"("session_id":"A")"));
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::claim_unanswered);
}

// The bug: a claim that had timed out took the shard back, to the session that was being left, and
// that ended.
TEST(WorkerUnansweredClaim, EndOfTheSessionThatWasLeftMayHaveLeftTheShardWithoutOne) {
    World world;
    world.end(world.become_ready("A"), {.close_code = 4000});
    world.advance(100ms);
    const auto left = world.welcome("B");
    world.fail(world.take_request("PATCH", claims));
    while (!world.has_request("PATCH", claims)) world.advance(10ms);
    world.accept_claim("B");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("C");
    world.accept_claim("C");
    world.advance(500ms);
    const auto told = world.gaps.size();

    const auto ended_at = world.now;
    world.end(left, {.close_code = 4005});
    const auto claim = world.take_request("PATCH", claims);
    world.advance(100ms);
    world.answer(claim, 202, World::accepted("C"));

    EXPECT_THAT(claim.request.body, testing::HasSubstr(R"("session_id":"C")"));
    ASSERT_EQ(world.gaps.size(), told + 1);
    EXPECT_EQ(world.gaps.back().reason, GapReason::claim_unanswered);
    EXPECT_EQ(world.gaps.back().since, ended_at);
}

// The bug: a process that slept during a claim found its session silent, and closed it before it
// had read the answer: the shard was there.
TEST(WorkerUnansweredClaim, SilentSessionIsReadWhileItsClaimIsUnderWay) {
    World world;
    const auto lost = world.become_ready("A");
    world.end(lost, {.close_code = 4000});
    world.advance(100ms);
    const auto next = world.welcome("B");
    const auto claim = world.take_request("PATCH", claims);

    world.worker.on_slept(world.now, world.now + 20s);
    world.now += 20s;
    world.worker.on_deadline(world.now);
    world.collect();
    world.answer(claim, 202, World::accepted("B"));
    world.frame(next, notification_frame("m"));

    EXPECT_TRUE(world.closes.empty());
    EXPECT_EQ(world.worker.status().session_id, "B");
    EXPECT_EQ(world.forwarded_ids(), std::vector<std::string>{"m"});
}

TEST(WorkerUnansweredClaim, SilentSessionIsReplacedOnceItsClaimIsAnswered) {
    World world;
    const auto lost = world.become_ready("A");
    world.end(lost, {.close_code = 4000});
    world.advance(100ms);
    world.welcome("B");
    const auto claim = world.take_request("PATCH", claims);
    world.worker.on_slept(world.now, world.now + 20s);
    world.now += 20s;
    world.worker.on_deadline(world.now);
    world.collect();
    const auto dials = world.dials.size();

    world.answer(claim, 202, World::accepted("B"));
    world.advance(100ms);

    EXPECT_EQ(world.dials.size(), dials + 1);
}

// The bug: the old session came back from its reconnect URL, was taken for bound without a proof,
// and the session that an unanswered claim had bound was closed.
TEST(WorkerUnansweredClaim, SessionIsReadUntilTheShardIsProvenToBeElsewhere) {
    World world;
    const auto old = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto taken = world.welcome("B");
    world.frame(old, reconnect_frame("A", reconnect_url));
    leave_claims_unanswered(world, old);
    const auto is_url = [&] { return world.dials.back().url.target != "/ws"; };
    for (int step = 0; step < 100 && !is_url(); ++step) {
        const auto dials = world.dials.size();
        world.end(world.dials.back().key, {.http_status = 503});
        while (world.dials.size() == dials) world.advance(100ms);
    }
    const auto back = world.welcome("A");
    leave_claims_unanswered(world, back);

    EXPECT_THAT(world.closes, testing::Not(testing::Contains(taken)));
}

// The bug: a late claim took the shard back to a session that was cut off before the shard had been
// read back, and neither was it claimed again nor a gap told.
TEST(WorkerUnansweredClaim, SessionThatIsCutBeforeTheShardIsReadBackMayHaveHadItAgain) {
    World world;
    const auto old = world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto given_up = world.welcome("B");
    leave_claims_unanswered(world, old);
    world.welcome("C");
    while (world.has_request("PATCH", claims)) {
        world.answer(world.take_request("PATCH", claims), 202, World::accepted("C"));
    }
    ASSERT_EQ(world.worker.status().session_id, "C");

    world.advance(1s);
    world.end(given_up, {.was_cut = true});
    world.advance(1ms);
    world.accept_claim("C");

    ASSERT_FALSE(world.gaps.empty());
    EXPECT_EQ(world.gaps.back().reason, GapReason::claim_unanswered);
    EXPECT_EQ(world.gaps.back().until, world.now);
}

// The bug: a claim that still waited for its token counted as one that was not answered.
TEST(WorkerUnansweredClaim, ClaimThatWasNeverSentLeavesNoDoubt) {
    World world;
    const auto old = world.become_ready("A");
    while (!world.has_request("GET", "/oauth2/validate")) world.keep_alive(old);
    world.answer(world.take_request("GET", "/oauth2/validate"), 401,
                 R"({"status":401,"message":"invalid access token"})");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto fresh = world.welcome("B");
    ASSERT_FALSE(world.has_request("PATCH", claims));

    world.end(fresh, {.was_cut = true});
    world.grant_token();

    EXPECT_FALSE(world.has_request("PATCH", claims));
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerUnansweredClaim, RejectedClaimLeavesNoDoubt) {
    World world;
    world.become_ready("A");
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    const auto fresh = world.welcome("B");
    world.answer(world.take_request("PATCH", claims), 202, World::rejected());

    world.end(fresh, {.was_cut = true});

    EXPECT_FALSE(world.has_request("PATCH", claims));
    EXPECT_TRUE(world.gaps.empty());
}

// The bug: the look that followed the first claim found the successor, and claimed the shard back.
TEST(WorkerLook, WaitsWhileTheShardIsBeingMoved) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(1s);
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    const auto claim = world.take_request("PATCH", claims);

    for (int second = 0; second < 8; ++second) {
        world.advance(1s);
        world.frame(old, keepalive_frame());
        EXPECT_FALSE(world.has_request("GET", claims));
    }
    world.answer(claim, 202, World::accepted("B"));

    EXPECT_EQ(world.worker.status().session_id, "B");
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerStop, SessionThatIsCutBeforeItsEndIsToldAsAGap) {
    World world;
    const auto key = world.become_ready("A");
    world.advance(3s);
    world.worker.stop(world.now);
    world.collect();

    world.end(key, {.was_cut = true});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_FALSE(world.gaps[0].until);
}

TEST(WorkerReconnect, OrdersWithoutEndAreFollowedByPlanB) {
    World world;
    const auto old = world.become_ready("A");

    for (int order = 0; order < 50; ++order) {
        world.frame(old,
                    reconnect_frame(
                        "A", fmt::format("wss://cell-a.eventsub.example/ws?challenge={}", order)));
        world.advance(10ms);
    }

    EXPECT_EQ(world.dials.size(), 1U + 4U + 1U);
    EXPECT_EQ(world.dials.back().url.host, "eventsub.example");
}

void refuse_for_want_of_points(World& world, std::chrono::seconds reset_after) {
    const auto claim = world.take_request("PATCH", "/conduits/shards");
    const auto wall = WallTime(std::chrono::hours(500'000));
    const auto reset = (wall + reset_after).time_since_epoch() / 1s;
    world.worker.on_response(claim.id,
                             HttpResponse{.status = 429,
                                          .headers = {{"Ratelimit-Remaining", "0"},
                                                      {"Ratelimit-Reset", std::to_string(reset)}},
                                          .body = "{}"},
                             world.now, wall);
    world.collect();
}

TEST(WorkerClaim, WaitsForPointsThatComeInItsWindow) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old);
    world.advance(1s);
    const auto key = world.welcome("B");

    refuse_for_want_of_points(world, 4s);
    world.advance(3900ms);
    const bool has_asked_before = world.has_request("PATCH", "/conduits/shards");
    world.advance(1200ms);

    EXPECT_FALSE(has_asked_before);
    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_FALSE(std::ranges::count(world.closes, key));
}

// A session that waited longer would be closed as unused; dialling others meanwhile helps nobody.
TEST(WorkerClaim, DialsAgainWhenThePointsAreBack) {
    World world;
    const auto old = world.become_ready("A");
    world.end(old);
    world.advance(1s);
    const auto key = world.welcome("B");
    const auto refused_at = world.now;

    refuse_for_want_of_points(world, 20s);
    world.end(key, {.close_code = 1000});
    const auto dials = world.dials.size();
    while (world.dials.size() == dials && world.now - refused_at < 2min) world.advance(100ms);

    EXPECT_TRUE(std::ranges::count(world.closes, key));
    EXPECT_GE(world.now - refused_at, 20s);
    EXPECT_LE(world.now - refused_at, 23s);
}

// The bug: it was said every five seconds, for ever.
TEST(WorkerClaim, ConfirmationThatFailsIsAskedForLessAndLessAndSaidOnce) {
    World world;
    const auto old = world.become_ready("A");
    world.frame(old, reconnect_frame("A", "wss://eventsub.example/ws?challenge=x"));
    const auto key = world.welcome("A");
    const auto start = world.now;

    unsigned asked = 0;
    while (world.now - start < 5min) {
        world.keep_alive(key);
        if (!world.has_request("PATCH", "/conduits/shards")) continue;
        world.fail(world.take_request("PATCH", "/conduits/shards"));
        ++asked;
    }

    EXPECT_GE(asked, 9U);
    EXPECT_LE(asked, 14U);
    EXPECT_EQ(std::ranges::count_if(
                  world.log, [](const auto& line) { return line.starts_with("claim failed"); }),
              1);
}

}  // namespace
}  // namespace conduitd
