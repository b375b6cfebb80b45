#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WorkerOffer : public ::testing::Test {
protected:
    void offer() {
        key = world.become_ready("A");
        world.requests.clear();
        ASSERT_TRUE(world.worker.may_offer());
        world.worker.offer(world.now);
        world.collect();
    }
    void take_back(std::optional<TimePoint> lost_since) {
        world.worker.take_back(lost_since, world.now);
        world.collect();
    }

    World world;
    SessionKey key{};
};

TEST_F(WorkerOffer, ReadsOnAndAsksForNothing) {
    offer();
    for (int i = 0; i < 30; ++i) world.keep_alive(key);
    world.frame(key, notification_frame("m1"));

    EXPECT_EQ(world.worker.state(), WorkerState::offering);
    EXPECT_THAT(world.forwarded_ids(), ElementsAre("m1"));
    EXPECT_THAT(world.requests, IsEmpty());
    EXPECT_THAT(world.closes, IsEmpty());
}

TEST_F(WorkerOffer, AWorkerThatIsBeingMovedHasNothingToOffer) {
    key = world.become_ready("A");
    world.frame(key, reconnect_frame("A", reconnect_url));

    EXPECT_FALSE(world.worker.may_offer());
}

TEST_F(WorkerOffer, TakenItIsReadUntilItIsQuietAndThenClosed) {
    offer();
    world.worker.on_offer_taken(world.now);
    world.worker.leave_offered(world.now);
    world.advance(seconds(1));
    world.frame(key, notification_frame("m1"));
    world.advance(milliseconds(1900));
    EXPECT_THAT(world.closes, IsEmpty());
    world.advance(milliseconds(200));
    EXPECT_THAT(world.closes, ElementsAre(key));
    world.frame(key, notification_frame("m2"));
    world.end(key, {.close_code = 1000});

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::drained);
    EXPECT_THAT(world.forwarded_ids(), ElementsAre("m1", "m2"));
    EXPECT_THAT(world.gaps, IsEmpty());
}

TEST_F(WorkerOffer, TakenBackUnclaimedItGoesOnAsIfNothingHadBeen) {
    offer();
    take_back(std::nullopt);

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_THAT(world.gaps, IsEmpty());
}

TEST_F(WorkerOffer, TakenBackItIsClaimedForTheOpenSessionAndWhatMayBeMissingIsTold) {
    offer();
    const auto since = world.now;
    world.worker.on_offer_taken(world.now);
    world.advance(seconds(1));
    world.frame(key, keepalive_frame());
    take_back(since);
    world.advance(milliseconds(100));
    world.accept_claim("A");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::process_died);
    EXPECT_EQ(world.gaps[0].since, since);
    EXPECT_GE(world.gaps[0].until, since + seconds(1));
    EXPECT_EQ(world.dials.size(), 1U);
}

// The bug: what the newcomer had was read before the claim, and taken for somebody else's.
TEST(WorkerOfferRead, TakenBackItIsClaimedUnread) {
    auto options = World::default_options();
    options.claim_check.age_max = seconds(5);
    World world(options);
    const auto key = world.become_ready("A");
    for (int i = 0; i < 3; ++i) world.keep_alive(key);
    world.requests.clear();
    world.worker.offer(world.now);
    world.worker.on_offer_taken(world.now);
    world.worker.take_back(world.now, world.now);
    world.collect();

    world.accept_claim("A");
    EXPECT_EQ(world.worker.home().text(), "3");
}

TEST_F(WorkerOffer, AnOrderToReconnectIsFollowedOnceItIsTakenBack) {
    offer();
    world.frame(key, reconnect_frame("A", reconnect_url));
    EXPECT_TRUE(world.worker.is_offer_in_doubt());
    EXPECT_EQ(world.dials.size(), 1U);

    take_back(std::nullopt);
    ASSERT_EQ(world.dials.size(), 2U);
    EXPECT_EQ(world.dials[1].url.origin(), "wss://cell-a.eventsub.example");
}

TEST_F(WorkerOffer, SilenceIsADoubtAndTheSessionIsReplacedOnceItIsTakenBack) {
    offer();
    world.advance(seconds(12));
    EXPECT_TRUE(world.worker.is_offer_in_doubt());
    EXPECT_EQ(world.dials.size(), 1U);

    take_back(std::nullopt);
    EXPECT_EQ(world.dials.size(), 2U);
}

TEST_F(WorkerOffer, ASessionThatEndsMeanwhileIsReplacedOnceItIsTakenBack) {
    offer();
    world.end(key, {.was_cut = true});
    EXPECT_TRUE(world.worker.is_offer_in_doubt());
    EXPECT_EQ(world.dials.size(), 1U);

    take_back(std::nullopt);
    world.advance(seconds(1));
    EXPECT_EQ(world.dials.size(), 2U);
}

TEST_F(WorkerOffer, ASessionThatWasCutBeforeTheOthersClaimLeavesAGap) {
    offer();
    const auto proven_at = world.now;
    world.advance(seconds(1));
    world.end(key, {.was_cut = true});
    world.worker.on_offer_taken(world.now);

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_cut);
    EXPECT_EQ(world.gaps[0].since, proven_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

TEST_F(WorkerOffer, ToldToStopItTakesBackFirst) {
    offer();
    world.worker.stop(world.now);
    world.collect();

    EXPECT_EQ(world.worker.state(), WorkerState::stopping);
    EXPECT_THAT(world.closes, ElementsAre(key));
}

class WorkerTakingOver : public ::testing::Test {
protected:
    static WorkerOptions options() {
        auto options = World::default_options();
        options.conduit.shards = {};
        options.take_over = TakenOver{{3}, {}};
        return options;
    }
    void welcome() {
        world.worker.start(world.now);
        world.grant_token();
        world.list_conduits();
        world.welcome("B");
    }

    World world{options()};
};

TEST_F(WorkerTakingOver, ClaimsNothingBeforeTheHolderStandsStill) {
    welcome();
    world.advance(seconds(3));
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_FALSE(world.worker.has_taken_over());

    world.worker.on_holder_ready({{3}, {}}, world.now);
    world.accept_claim("B");
    EXPECT_TRUE(world.worker.has_taken_over());
    EXPECT_EQ(world.worker.home().text(), "3");
    EXPECT_THAT(world.gaps, IsEmpty());
}

TEST_F(WorkerTakingOver, ClaimsTheGuestsAsWellBeforeItHasAll) {
    welcome();
    world.worker.on_holder_ready({{3}, {4}}, world.now);
    world.accept_claim("B");
    EXPECT_FALSE(world.worker.has_taken_over());

    world.answer(
        world.take_request("PATCH", "/conduits/shards"), 202,
        R"({"data":[{"id":"4","status":"enabled","transport":{"method":"websocket","session_id":"B"}}],"errors":[]})");
    EXPECT_TRUE(world.worker.has_taken_over());
    EXPECT_EQ(world.worker.guests().text(), "4");
}

TEST_F(WorkerTakingOver, WhatComesLateIsForwardedOnce) {
    welcome();
    EXPECT_EQ(world.worker.take_late(digest_of("m1"), world.now), Freshness::fresh);
    EXPECT_EQ(world.worker.take_late(digest_of("m1"), world.now), Freshness::repeated);
    // A gap that is told has no id.
    EXPECT_EQ(world.worker.take_late({}, world.now), Freshness::fresh);
    EXPECT_EQ(world.worker.take_late({}, world.now), Freshness::fresh);
}

}  // namespace
}  // namespace conduitd
