// How long a claim waits for the listing that it is read for, and where none is read.

#include "worker/settled_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(WorkerClaimCheck, ClaimWaitsForTheListingNoLongerThanItsBound) {
    SettledWorld moved;
    moved.frame(moved.key, reconnect_frame("A", cell_url));
    moved.welcome("B");
    moved.advance(999ms);
    const bool waits = !moved.has_request("PATCH", shard_claims);
    moved.advance(1ms);

    EXPECT_TRUE(waits);
    EXPECT_TRUE(moved.has_request("PATCH", shard_claims));

    // Without a session every moment counts.
    SettledWorld lost;
    lost.lose_session();
    lost.welcome("B");
    lost.advance(249ms);
    const bool waits_shortly = !lost.has_request("PATCH", shard_claims);
    lost.advance(1ms);

    EXPECT_TRUE(waits_shortly);
    EXPECT_TRUE(lost.has_request("PATCH", shard_claims));
}

TEST(WorkerClaimCheck, ListingThatCannotBeReadKeepsNoClaimWaiting) {
    SettledWorld world;

    world.answer(world.read_while_dialling(), 404, "{}");
    world.welcome("B");

    EXPECT_TRUE(world.has_request("PATCH", shard_claims));
}

// The bug: it was too old at once and was read anew, and the claim waited a second time.
TEST(WorkerClaimCheck, WhatTookTooLongToReadIsNotReadAgain) {
    SettledWorld world;
    const auto first_page = world.read_while_dialling();
    world.advance(4s);
    world.answer(first_page, 200, R"({"data":[],"pagination":{"cursor":"c"}})");
    const auto second_page = world.take_request("GET", shard_pages);
    world.advance(1500ms);
    world.welcome("B");

    world.answer(second_page, 200, page_of_shards(world.row(3, "A")));

    EXPECT_TRUE(world.has_request("PATCH", shard_claims));
}

// A bug: an answer that had waited while the process slept let the next session claim unread.
TEST(WorkerClaimCheck, WhatWasReadTooLongAgoIsReadAgainWhileNoClaimWaits) {
    SettledWorld world;
    const auto page_then = world.read_while_dialling();
    const auto since = world.now;
    world.now += 10s;
    world.worker.on_slept(since, world.now);

    world.answer(page_then, 200, page_of_shards(world.row(3, "A")));
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(world.row(3, "X")));
    world.welcome("B");

    EXPECT_FALSE(world.has_request("PATCH", shard_claims));
}

// A bug: whoever had taken the shard over during the sleep lost it where the page took longer.
TEST(WorkerClaimCheck, ClaimWaitsLongerWhereTheProcessHasSleptForLong) {
    SettledWorld world;
    const auto since = world.now;
    world.now += 10s;
    world.worker.on_slept(since, world.now);
    world.lose_session();
    world.welcome("B");
    world.advance(999ms);
    const bool waits = !world.has_request("PATCH", shard_claims);
    world.advance(1ms);

    EXPECT_TRUE(waits);
    EXPECT_TRUE(world.has_request("PATCH", shard_claims));
}

TEST(WorkerClaimCheck, AnswerBehindTheClaimIsPassedOver) {
    SettledWorld world;
    const auto late = world.read_while_dialling();
    world.welcome("B");
    world.advance(1s);
    world.accept_claim("B");

    world.answer(late, 200, page_of_shards(world.row(3, "X")));

    EXPECT_EQ(world.worker.status().session_id, "B");
    EXPECT_EQ(world.worker.status().shards, ShardSet{3});
}

TEST(WorkerClaimCheck, WhatWasProvenAMomentAgoIsNotReadAgain) {
    World world(SettledWorld::checking_options());
    const auto key = world.become_ready("A");
    world.advance(2s);

    world.frame(key, reconnect_frame("A", cell_url));
    world.welcome("B");

    EXPECT_FALSE(world.has_request("GET", shard_pages));
    EXPECT_TRUE(world.has_request("PATCH", shard_claims));
}

// All of them may be told to move at once: there would be no points left to claim with.
TEST(WorkerClaimCheck, LargeFleetClaimsUnread) {
    SettledWorld world;
    std::string rows = world.row(3, "A");
    for (unsigned shard = 4; shard < 204; ++shard)
        rows += "," + world.row(shard, "S" + std::to_string(shard));
    while (!world.has_survey()) world.keep_alive(world.key);
    world.answer_survey(rows, 204);
    world.keep_alive(world.key);
    world.advance(1s);
    world.requests.clear();

    world.frame(world.key, reconnect_frame("A", cell_url));
    world.welcome("B");

    EXPECT_FALSE(world.has_request("GET", shard_pages));
    EXPECT_TRUE(world.has_request("PATCH", shard_claims));
}

TEST(WorkerClaimCheck, IsMadeWhereAQuarterOfThePointsIsEnoughForAll) {
    EXPECT_TRUE(may_check_claims(1, 1, 800));
    EXPECT_TRUE(may_check_claims(100, 1, 800));
    EXPECT_TRUE(may_check_claims(200, 1, 800));
    EXPECT_FALSE(may_check_claims(201, 1, 800));
    EXPECT_FALSE(may_check_claims(20'000, 1, 800));
    EXPECT_FALSE(may_check_claims(2, 200, 800));
}

}  // namespace
}  // namespace conduitd
