// A claim is abandoned when its session ends before the answer: what the answer is good for then.

#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto claims = "/conduits/shards";

struct Answer {
    unsigned status;
    std::string body;
};

std::vector<Answer> refusals() {
    const std::string error = R"({"error":"Error","status":400,"message":"no"})";
    return {{400, error},
            {401, error},
            {403, error},
            {404, error},
            {429, error},
            {202, World::rejected()},
            {202, World::accepted("another")}};
}

std::vector<Answer> doubtful_answers() {
    return {{202, World::accepted("B")}, {200, "<html>a portal</html>"}, {500, ""}, {408, ""}};
}

// "A" has the shard and is claimed again, for "B", which was to replace it, ended behind its claim.
struct AbandonedClaim {
    World world;
    SessionKey old = world.become_ready("A");
    SendRequest straggler;

    AbandonedClaim() {
        world.advance(3s);
        EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
        const auto fresh = world.welcome("B");
        straggler = world.take_request("PATCH", claims);
        world.end(fresh, {.was_cut = true});
        world.advance(1ms);
    }
};

// The bug: whatever the answer was, a gap was told and the shard claimed once more.
TEST(WorkerAbandonedClaim, RefusalLeavesNoDoubt) {
    for (const auto& [status, body] : refusals()) {
        AbandonedClaim test;
        World& world = test.world;

        world.answer(test.straggler, status, body);
        world.accept_claim("A");
        world.advance(1ms);

        EXPECT_TRUE(world.gaps.empty()) << status << body;
        EXPECT_FALSE(world.has_request("PATCH", claims)) << status << body;
        EXPECT_FALSE(world.worker.is_doubtful());
    }
}

// That the shard was claimed again meanwhile has told of the doubt already.
TEST(WorkerAbandonedClaim, LateRefusalBringsNoFurtherClaim) {
    for (const auto& [status, body] : refusals()) {
        AbandonedClaim test;
        World& world = test.world;
        world.accept_claim("A");
        ASSERT_EQ(world.gaps.size(), 1U);

        world.answer(test.straggler, status, body);
        world.advance(1ms);

        EXPECT_EQ(world.gaps.size(), 1U) << status << body;
        EXPECT_FALSE(world.has_request("PATCH", claims)) << status << body;
    }
}

TEST(WorkerAbandonedClaim, IsFollowedByAnotherWhenItMayHaveTakenEffect) {
    for (const auto& [status, body] : doubtful_answers()) {
        AbandonedClaim test;
        World& world = test.world;
        world.accept_claim("A");
        world.advance(1s);

        world.answer(test.straggler, status, body);
        EXPECT_TRUE(world.worker.is_doubtful());
        world.advance(1ms);
        world.accept_claim("A");

        ASSERT_EQ(world.gaps.size(), 2U) << status << body;
        EXPECT_EQ(world.gaps[1].reason, GapReason::claim_unanswered);
    }
}

TEST(WorkerAbandonedClaim, IsFollowedByAnotherWhenItIsNotAnswered) {
    AbandonedClaim test;
    World& world = test.world;
    world.accept_claim("A");

    world.fail(test.straggler);
    world.advance(1ms);

    EXPECT_TRUE(world.has_request("PATCH", claims));
}

// The bug: the next session's claim was told as a second gap, and repeated.
TEST(WorkerAbandonedClaim, RefusalWhileTheShardHasNoSessionLeavesTheGapAsItIs) {
    World world;
    const auto old = world.become_ready("A");
    world.advance(5s);
    world.end(old, {.close_code = 4000});
    const auto lost_at = world.now;
    world.advance(100ms);
    const auto second = world.welcome("B");
    const auto straggler = world.take_request("PATCH", claims);
    world.advance(10ms);
    world.end(second, {.was_cut = true});
    world.advance(1s);
    world.welcome("C");

    world.answer(straggler, 404, "{}");
    world.accept_claim("C");
    world.advance(1ms);

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_closed);
    EXPECT_EQ(world.gaps[0].since, lost_at);
    EXPECT_FALSE(world.has_request("PATCH", claims));
}

// One of them was refused; the other one is still on its way.
TEST(WorkerAbandonedClaim, RefusalSaysNothingOfAnotherOne) {
    AbandonedClaim test;
    World& world = test.world;
    world.accept_claim("A");
    world.gaps.clear();
    while (world.dials.size() < 3) world.keep_alive(test.old);
    const auto third = world.welcome("C");
    const auto other = world.take_request("PATCH", claims);
    world.end(third, {.was_cut = true});
    world.advance(1ms);

    world.answer(test.straggler, 404, "{}");
    EXPECT_TRUE(world.worker.is_doubtful());
    world.accept_claim("A");
    EXPECT_EQ(world.gaps.size(), 1U);
    world.fail(other);

    EXPECT_TRUE(world.worker.is_doubtful());
}

}  // namespace
}  // namespace conduitd
