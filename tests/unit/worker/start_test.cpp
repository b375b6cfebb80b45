#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::seconds;

TEST(WorkerStart, KnowsTokenAndConduitBeforeItDials) {
    World world;

    world.worker.start(world.now);
    world.collect();
    EXPECT_TRUE(world.dials.empty());
    world.grant_token();
    EXPECT_TRUE(world.dials.empty());
    world.list_conduits();

    ASSERT_EQ(world.dials.size(), 1U);
    EXPECT_EQ(world.dials[0].url.target, "/ws");
    EXPECT_EQ(world.worker.status().state, WorkerState::seeking);
}

TEST(WorkerStart, IsReadyOnceTheClaimIsAccepted) {
    World world;

    world.become_ready("A");

    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
    EXPECT_EQ(world.worker.status().session_id, "A");
    EXPECT_TRUE(world.has_logged("ready conduit=conduit-1 shard=3 session=A"));
    EXPECT_EQ(world.stored_token, "tok");
}

TEST(WorkerStart, StatusHasThePointsThatTheLastAnswerTold) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    ASSERT_EQ(world.worker.status().points_left, std::nullopt);

    world.worker.on_response(
        world.take_request("GET", "/eventsub/conduits").id,
        HttpResponse{.status = 200,
                     .headers = {{"Ratelimit-Limit", "800"}, {"Ratelimit-Remaining", "799"}},
                     .body = R"({"data":[{"id":"conduit-1","shard_count":5}]})"},
        world.now, {});

    EXPECT_EQ(world.worker.status().points_left, 799U);
    EXPECT_EQ(world.worker.status().points_limit, 800U);
}

TEST(WorkerStart, ClaimNamesShardAndSession) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();

    world.welcome("A-_=");

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_NE(claim.request.body.find(R"("id":"3")"), std::string::npos);
    EXPECT_NE(claim.request.body.find(R"("session_id":"A-_=")"), std::string::npos);
    EXPECT_NE(claim.request.body.find("conduit-1"), std::string::npos);
}

TEST(WorkerStart, RefusedCredentialsEndItWith77) {
    World world;

    world.worker.start(world.now);
    world.answer(world.take_request("POST", "/oauth2/token"), 403,
                 R"({"status":403,"message":"invalid client secret"})");

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::credentials_refused);
    EXPECT_NE(world.stopped->why.find("invalid client secret"), std::string::npos);
}

TEST(WorkerStart, MissingConduitEndsItWith69AndNamesThoseThereAre) {
    World world;

    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[{"id":"other","shard_count":2}]})");

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::conduit_gone);
    EXPECT_NE(world.stopped->why.find("other (2 shards)"), std::string::npos);
}

TEST(WorkerStart, ShardOutOfRangeEndsItWith78AndNamesTheRange) {
    World world;

    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[{"id":"conduit-1","shard_count":3}]})");

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::configuration);
    EXPECT_NE(world.stopped->why.find("0-2"), std::string::npos);
}

TEST(WorkerStart, AutoCreatesAConduitWhenThereIsNone) {
    auto options = World::default_options();
    options.conduit = {.id = "", .shard_count = 4, .shards = {3}};
    World world(options);

    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[]})");
    world.list_conduits(R"({"data":[]})");
    world.answer(world.take_request("POST", "/eventsub/conduits"), 200,
                 R"({"data":[{"id":"made","shard_count":4}]})");
    EXPECT_TRUE(world.dials.empty());
    world.advance(seconds(3));
    world.list_conduits(R"({"data":[{"id":"made","shard_count":4}]})");

    ASSERT_EQ(world.dials.size(), 1U);
    EXPECT_EQ(world.worker.status().conduit_id, "made");
    EXPECT_EQ(world.host_unlocks, 1);
    ASSERT_TRUE(world.remembered);
    EXPECT_EQ(world.remembered->client_id, "client");
    EXPECT_EQ(world.remembered->conduit_id, "made");
}

TEST(WorkerStart, ConduitThatIsSetIsNotRemembered) {
    World world;

    world.become_ready();

    EXPECT_FALSE(world.remembered);
}

TEST(WorkerStart, AutoTakesTheRememberedConduitAmongSeveral) {
    auto options = World::default_options();
    options.conduit = {.shard_count = 4, .shards = {3}};
    options.remembered_conduits = {{"client", "b"}, {"another", "a"}};
    World world(options);

    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[{"id":"a","shard_count":4},{"id":"b","shard_count":4}]})");

    ASSERT_EQ(world.dials.size(), 1U);
    EXPECT_EQ(world.worker.status().conduit_id, "b");
    EXPECT_FALSE(world.remembered);
}

TEST(WorkerStart, StopGivesTheHostsLockUp) {
    auto options = World::default_options();
    options.conduit = {.shard_count = 4, .shards = {3}};
    World world(options);
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[]})");

    world.worker.stop(world.now);
    world.collect();

    EXPECT_EQ(world.host_unlocks, 1);
    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::drained);
}

TEST(WorkerStart, CountOfShardsIsNotSentOnAnOldListing) {
    auto options = World::default_options();
    options.conduit.shard_count = 6;
    options.conduit.may_grow = true;
    World world(options);
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    world.list_conduits();
    world.welcome("A");
    world.list_conduits();
    const auto growth = world.take_request("PATCH", "/eventsub/conduits");
    EXPECT_NE(growth.request.body.find(R"("shard_count":6)"), std::string::npos);

    // The token is renewed, and the call would be repeated with it.
    world.answer(growth, 401, R"({"status":401,"message":"invalid token"})");
    world.advance(std::chrono::milliseconds(300));
    world.grant_token();
    world.advance(seconds(2));

    EXPECT_FALSE(world.has_request("PATCH", "/eventsub/conduits"));
    EXPECT_TRUE(world.has_request("GET", "/eventsub/conduits"));
}

TEST(WorkerStart, UnansweredCreationIsFollowedByAListNotByASecondCreation) {
    auto options = World::default_options();
    options.conduit = {.id = "", .shard_count = 4, .shards = {3}};
    World world(options);
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[]})");
    world.list_conduits(R"({"data":[]})");

    world.fail(world.take_request("POST", "/eventsub/conduits"));
    world.advance(seconds(30));

    EXPECT_FALSE(world.has_request("POST", "/eventsub/conduits"));
    world.list_conduits(R"({"data":[{"id":"made","shard_count":4}]})");
    world.answer(world.take_request("GET", "/conduits/shards"), 200, R"({"data":[]})");
    world.advance(seconds(4));
    world.list_conduits(R"({"data":[{"id":"made","shard_count":4}]})");
    EXPECT_EQ(world.dials.size(), 1U);
}

TEST(WorkerStart, AutoRefusesToChooseAmongSeveral) {
    auto options = World::default_options();
    options.conduit.id = "";
    World world(options);

    world.worker.start(world.now);
    world.grant_token();
    while (!world.stopped && world.has_request("GET", "/eventsub/conduits")) {
        world.list_conduits(R"({"data":[{"id":"a","shard_count":9},{"id":"b","shard_count":1}]})");
        world.advance(std::chrono::milliseconds(2500));
    }

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::configuration);
    EXPECT_NE(world.stopped->why.find("a (9 shards), b (1 shard)"), std::string::npos);
}

TEST(WorkerStart, OutageOfHelixIsWaitedFor) {
    World world;
    world.worker.start(world.now);
    world.grant_token();

    world.answer(world.take_request("GET", "/eventsub/conduits"), 503, "<html>");
    world.advance(seconds(60));
    world.list_conduits();

    EXPECT_FALSE(world.stopped);
    EXPECT_EQ(world.dials.size(), 1U);
}

TEST(WorkerStart, ClaimAnswered202WithAnErrorEntryIsNoClaim) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    world.welcome("A");

    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());

    EXPECT_EQ(world.worker.status().state, WorkerState::seeking);
    world.advance(seconds(1));
    world.accept_claim("A");
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

TEST(WorkerStart, ClaimThatFailsForTheWholeWindowClosesTheSessionAndLooksAgain) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");

    for (int i = 0; i < 100 && world.closes.empty(); ++i) {
        if (world.has_request("PATCH", "/conduits/shards")) {
            world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());
        }
        world.advance(std::chrono::milliseconds(100));
    }
    ASSERT_EQ(world.closes, std::vector<SessionKey>{key});
    world.end(key);
    world.advance(seconds(1));

    EXPECT_TRUE(world.has_request("GET", "/eventsub/conduits"));
}

// Asked again every 250 ms, the window would hold 28 claims.
TEST(WorkerStart, RejectedClaimsBackOff) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    world.welcome("A");

    int claims = 0;
    while (world.closes.empty()) {
        if (world.has_request("PATCH", "/conduits/shards")) {
            world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());
            ++claims;
        }
        world.advance(std::chrono::milliseconds(10));
        ASSERT_LT(world.now, TimePoint(std::chrono::hours(1) + seconds(11)));
    }

    EXPECT_GE(claims, 3);
    EXPECT_LT(claims, 20);
}

TEST(WorkerStart, ConduitGoneAtTheFirstClaimEndsItWith69) {
    World world;
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    world.welcome("A");

    world.answer(world.take_request("PATCH", "/conduits/shards"), 404,
                 R"({"error":"Not Found","status":404,"message":"not found"})");

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::conduit_gone);
}

TEST(WorkerStart, OneOfManyThatDiedWaitsForAMomentAndOneOfOneDoesNot) {
    for (const std::size_t fleet : {1U, 32U}) {
        auto options = World::default_options();
        options.fleet_before = fleet;
        World world(options);

        world.worker.start(world.now);

        EXPECT_EQ(world.has_request("POST", "/oauth2/token"), fleet == 1);
        world.advance(std::chrono::milliseconds(310));
        EXPECT_TRUE(world.has_request("POST", "/oauth2/token"));
    }
}

}  // namespace
}  // namespace conduitd
