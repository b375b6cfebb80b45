#include "worker/auto_world.hpp"
#include "worker/settled_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// A bug: whoever had claimed the shard since lost it for good.
TEST(WorkerClaimCheck, ShardOfSomebodyElseIsNotTakenBackByAReconnect) {
    for (const auto* const welcomed_as : {"A", "B"}) {
        SCOPED_TRACE(welcomed_as);
        SettledWorld world;

        world.answer(world.read_while_dialling(), 200, page_of_shards(world.row(3, "X")));
        world.welcome(welcomed_as);
        const bool is_claimed = world.has_request("PATCH", shard_claims);
        world.answer_survey(world.row(3, "X"));

        EXPECT_FALSE(is_claimed);
        EXPECT_FALSE(world.has_request("PATCH", shard_claims));
        EXPECT_EQ(world.worker.state(), WorkerState::standby);
        EXPECT_EQ(world.worker.status().held_by, "X");
        EXPECT_TRUE(
            world.has_logged("somebody else has claimed the shard: it is theirs now shard=3"));
    }
}

TEST(WorkerClaimCheck, ShardOfSomebodyElseIsNotTakenBackAfterALoss) {
    SettledWorld world;

    world.lose_session();
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(world.row(3, "X")));
    world.welcome("B");
    const bool is_claimed = world.has_request("PATCH", shard_claims);
    world.answer_survey(world.row(3, "X"));

    EXPECT_FALSE(is_claimed);
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    // Whether it was claimed before the session ended, nobody knows.
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].shards, ShardSet{3});
}

// A bug: what had been its guest was chosen in its stead, and so taken back from its owner.
TEST(WorkerClaimCheck, GuestWhoseOwnerHasComeIsNotChosenInsteadOfTheShardThatWasLost) {
    auto options = AutoWorld::auto_options();
    options.claim_check = {};
    AutoWorld world(options);
    world.begin();
    world.answer_survey(AutoWorld::rows({"Y", "", "V", "W", "U"}));
    const auto key = world.welcome("A");
    world.accept(1, "A");
    while (!world.has_survey()) {
        world.keep_alive(key);
        while (world.has_request("GET", shard_pages)) world.take_request("GET", shard_pages);
    }
    world.answer_survey(AutoWorld::rows({"Y", "A", "A", "W", "U"}));
    world.keep_alive(key);
    world.keep_alive(key);
    world.requests.clear();

    world.end(key);
    world.advance(1s);
    const auto rows = AutoWorld::rows({"Y", "X", "X", "W", "U"});
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(rows));
    world.welcome("B");
    world.answer_survey(rows);

    EXPECT_FALSE(world.has_request("PATCH", shard_claims));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

// A bug: behind the gap of the session that was lost, told as its shard was given up, nothing more
// was told of it.
TEST(WorkerClaimCheck, ClaimThatWasNotAnsweredIsToldAlsoAfterTheShardWasGivenUpOnce) {
    SettledWorld world;
    world.lose_session();
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(world.row(3, "X")));
    const auto unclaimed = world.welcome("B");
    const auto told = world.gaps.size();
    world.answer_survey(world.row(3, "X", "websocket_disconnected"));
    const auto claimed_at = world.now;
    world.fail(world.take_request("PATCH", shard_claims));

    world.end(unclaimed, {.was_cut = true});
    while (!world.has_request("PATCH", shard_claims)) {
        world.advance(100ms);
        if (world.has_request("GET", shard_pages))
            world.answer(world.take_request("GET", shard_pages), 200,
                         page_of_shards(world.row(3, "B", "websocket_disconnected")));
        if (world.dials.size() > 2) world.welcome("C");
    }
    world.accept_claim("C");

    ASSERT_EQ(world.gaps.size(), told + 1);
    EXPECT_EQ(world.gaps.back().since, claimed_at);
    EXPECT_EQ(world.gaps.back().reason, GapReason::claim_unanswered);
}

// A bug: a claim that had timed out long before was said to have had the shard in between.
TEST(WorkerClaimCheck, ClaimsThatTimedOutBeforeItHaveHadNoEffect) {
    World world(SettledWorld::checking_options());
    world.end(world.become_ready("A"), {.close_code = 4000});
    world.advance(100ms);
    const auto unclaimed = world.welcome("B");
    world.fail(world.take_request("PATCH", shard_claims));
    world.end(unclaimed, {.close_code = 4000});
    world.advance(3s);
    const auto bound = world.welcome("C");
    world.accept_claim("C");
    world.frame(bound, reconnect_frame("C", cell_url));
    const auto told = world.gaps.size();
    world.requests.clear();

    const auto dialled = world.dials.size();
    while (world.dials.size() == dialled) world.keep_alive(bound);
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(World::row(3, "C")));
    world.welcome("D");
    world.accept_claim("D");

    EXPECT_EQ(world.gaps.size(), told);
    EXPECT_EQ(world.worker.status().session_id, "D");
}

// A bug: so was one of the session that had the shard by a later claim.
TEST(WorkerClaimCheck, ClaimThatTimedOutBeforeItsSessionHadTheShardHasHadNoEffectSince) {
    World world(SettledWorld::checking_options());
    world.end(world.become_ready("A"), {.close_code = 4000});
    world.advance(100ms);
    const auto bound = world.welcome("B");
    world.fail(world.take_request("PATCH", shard_claims));
    while (!world.has_request("PATCH", shard_claims)) world.advance(50ms);
    world.accept_claim("B");
    world.frame(bound, reconnect_frame("B", cell_url));
    world.requests.clear();

    const auto dialled = world.dials.size();
    while (world.dials.size() == dialled) world.keep_alive(bound);
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(World::row(3, "B")));
    const auto fresh = world.welcome("C");
    world.accept_claim("C");
    world.end(bound, {.close_code = 4004});
    world.advance(1s);
    const auto ended_at = world.now;
    world.end(fresh, {.close_code = 4001});
    world.advance(100ms);
    world.welcome("D");
    world.accept_claim("D");

    ASSERT_FALSE(world.gaps.empty());
    EXPECT_EQ(world.gaps.back().since, ended_at);
    EXPECT_EQ(world.worker.status().session_id, "D");
}

TEST(WorkerClaimCheck, ShardThatIsStillOursIsClaimedAtTheWelcome) {
    for (const auto& rows : {World::row(3, "A"), World::row(3, "A", "websocket_disconnected"),
                             World::row(3, "X", "websocket_disconnected"), std::string()}) {
        SettledWorld world;

        world.answer(world.read_while_dialling(), 200, page_of_shards(rows));
        world.welcome("B");

        EXPECT_TRUE(world.has_request("PATCH", shard_claims)) << rows;
    }
}

// A bug: what had been lost with a silent session before somebody else claimed its shard was not
// told.
TEST(WorkerClaimCheck, SilenceBeforeTheShardWasGivenUpIsTold) {
    SettledWorld world;
    const auto dials = world.dials.size();
    while (world.dials.size() == dials) world.advance(1s);
    const auto silent_since = world.now;
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(world.row(3, "X")));
    world.welcome("B");
    const auto given_up_at = world.now;

    world.advance(100ms);
    world.end(world.key, {.was_cut = true, .what = "reset"});

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::session_silent);
    EXPECT_LT(world.gaps[0].since, silent_since);
    EXPECT_EQ(world.gaps[0].until, given_up_at);
    EXPECT_EQ(world.gaps[0].shards, ShardSet{3});
}

// A bug: Twitch had closed the session a moment before somebody else claimed its shard.
TEST(WorkerClaimCheck, EndAroundTheTimeInWhichTheShardWasTakenIsTold) {
    for (const auto after : {100ms, 5000ms}) {
        SettledWorld world;
        world.answer(world.read_while_dialling(), 200, page_of_shards(world.row(3, "X")));
        world.welcome("B");
        world.answer_survey(world.row(3, "X"));
        ASSERT_EQ(world.worker.state(), WorkerState::standby);

        world.advance(after);
        world.end(world.key, {.close_code = 4007});

        ASSERT_EQ(world.gaps.size(), after < 1s ? 1U : 0U);
        if (!world.gaps.empty()) {
            EXPECT_EQ(world.gaps[0].shards, ShardSet{3});
        }
    }
}

// A bug: a shard that somebody else had had for a while was taken back without a word.
TEST(WorkerClaimCheck, ShardThatSomebodyElseHasHadMeanwhileIsAGap) {
    SettledWorld world;
    const auto rows = world.row(3, "X", "websocket_disconnected");

    world.answer(world.read_while_dialling(), 200, page_of_shards(rows));
    world.welcome("B");
    world.accept_claim("B");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::shard_astray);
}

TEST(WorkerClaimCheck, ShardThatAHostKeepsIsClaimedBackOnceTheWholeListingTells) {
    SettledWorld world;

    world.answer(world.read_while_dialling(), 200, page_of_shards(world.row(3, "X")));
    world.welcome("B");
    world.answer_survey(world.row(1, "X") + "," + world.row(3, "X"));
    world.accept_claim("B");

    EXPECT_EQ(world.worker.status().session_id, "B");
    EXPECT_EQ(world.worker.status().shards, ShardSet{3});
}

// A bug: each of them counted as one that is claimed back, of which there are few in ten minutes.
TEST(WorkerClaimCheck, AllThatAHostKeepsAreClaimedBackAtOnce) {
    auto options = SettledWorld::checking_options();
    options.conduit.shards = {0, 1, 2, 3, 4};
    World world(options);
    const auto rows = [](std::string_view session_id) {
        std::string text;
        for (const unsigned shard : {0U, 1U, 2U, 3U, 4U})
            text += (shard > 0 ? "," : "") + World::row(shard, session_id);
        return text;
    };
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[{"id":"conduit-1","shard_count":6}]})");
    const auto key = world.welcome("A");
    world.answer(world.take_request("PATCH", shard_claims), 202, R"({"data":[)" + rows("A") + "]}");
    world.advance(6s);
    world.requests.clear();

    world.frame(key, reconnect_frame("A", cell_url));
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(rows("X")));
    world.welcome("B");
    world.answer_survey(rows("X") + "," + World::row(5, "X"), 6);
    world.answer(world.take_request("PATCH", shard_claims), 202, R"({"data":[)" + rows("B") + "]}");

    EXPECT_EQ(world.worker.status().session_id, "B");
    EXPECT_EQ(world.worker.status().shards, (ShardSet{0, 1, 2, 3, 4}));
}

// A bug: the next session was bound for them alone, and what they had missed until then was
// forgotten.
TEST(WorkerClaimCheck, GuestsOfALostSessionAreToldWhereItsOwnShardIsSomebodyElses) {
    SettledWorld world;
    while (!world.has_survey()) world.keep_alive(world.key);
    world.answer_survey(world.row(1, "A") + "," + world.row(3, "A"));
    world.keep_alive(world.key);
    world.keep_alive(world.key);
    world.requests.clear();

    world.lose_session();
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(world.row(3, "X")));
    world.welcome("B");
    world.answer_survey(world.row(1, "A", "websocket_disconnected") + "," + world.row(3, "X"));
    world.answer(world.take_request("PATCH", shard_claims), 202, page_of_shards(world.row(1, "B")));
    world.answer_survey(world.row(1, "B") + "," + world.row(3, "X"));

    EXPECT_EQ(world.worker.status().session_id, "B");
    ASSERT_EQ(world.gaps.size(), 2U);
    EXPECT_EQ(world.gaps[0].shards, ShardSet{3});
    EXPECT_EQ(world.gaps[1].shards, ShardSet{1});
    EXPECT_EQ(world.gaps[1].until, world.now);
}

// A bug: the time in which somebody else had the shard was told once that one had gone.
TEST(WorkerClaimCheck, TimeInWhichSomebodyElseHadTheShardIsNoGap) {
    SettledWorld world;
    world.lose_session();
    world.answer(world.take_request("GET", shard_pages), 200, page_of_shards(world.row(3, "X")));
    const auto unclaimed = world.welcome("B");
    world.answer_survey(world.row(3, "X"));
    ASSERT_EQ(world.worker.state(), WorkerState::standby);
    world.end(unclaimed, {.close_code = 4003});
    const auto told = world.gaps.size();
    auto read_at = world.now;
    for (int look = 0; look < 10; ++look) {
        while (!world.has_survey()) world.advance(1s);
        read_at = world.now;
        world.answer_survey(world.row(3, "X"));
    }
    while (!world.has_survey()) world.advance(1s);

    world.answer_survey(world.row(3, "X", "websocket_disconnected"));
    world.welcome("C");
    while (!world.has_request("PATCH", shard_claims)) {
        world.advance(10ms);
        if (world.has_request("GET", shard_pages))
            world.answer(world.take_request("GET", shard_pages), 200,
                         page_of_shards(world.row(3, "X", "websocket_disconnected")));
    }
    world.accept_claim("C");

    ASSERT_EQ(world.gaps.size(), told + 1);
    EXPECT_GE(world.gaps.back().since, read_at - 1s);  // that listing was asked for
}

// Its owner may keep guests later: he is no host for that.
TEST(WorkerClaimCheck, OwnerThatIsLeftMoreLaterIsNotRelievedOfTheShard) {
    SettledWorld world;
    world.answer(world.read_while_dialling(), 200, page_of_shards(world.row(3, "X")));
    world.welcome("B");
    world.answer_survey(world.row(3, "X"));

    world.advance(1min);
    world.answer_survey(world.row(1, "X") + "," + world.row(3, "X"));

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_FALSE(world.has_request("PATCH", shard_claims));
}

TEST(WorkerClaimCheck, OfSeveralShardsTheOthersAreClaimed) {
    auto options = SettledWorld::checking_options();
    options.conduit.shards = {2, 3};
    World world(options);
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");
    world.answer(world.take_request("PATCH", shard_claims), 202,
                 R"({"data":[)" + world.row(2, "A") + "," + world.row(3, "A") + "]}");
    world.advance(6s);
    world.requests.clear();

    world.frame(key, reconnect_frame("A", cell_url));
    world.answer(world.take_request("GET", shard_pages), 200,
                 page_of_shards(world.row(2, "A") + "," + world.row(3, "X")));
    world.welcome("B");
    const auto claim = world.take_request("PATCH", shard_claims);

    EXPECT_NE(claim.request.body.find(R"("id":"2")"), std::string::npos);
    EXPECT_EQ(claim.request.body.find(R"("id":"3")"), std::string::npos);
    EXPECT_EQ(world.worker.status().shards, ShardSet{2});
}

}  // namespace
}  // namespace conduitd
