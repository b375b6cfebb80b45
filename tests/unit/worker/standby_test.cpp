#include "worker/standby_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::Contains;

TEST(WorkerStandby, WhoIsSupersededLeavesTheSessionOnceItIsQuiet) {
    StandbyWorld world;

    const auto key = world.be_superseded();

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_TRUE(world.has_logged("somebody else has claimed the shard: it is theirs now"));
    EXPECT_EQ(world.worker.status().held_by, "Z");
    EXPECT_TRUE(world.worker.status().shards.empty());
    EXPECT_TRUE(world.closes.empty());
    world.frame(key, notification_frame("late"));
    world.advance(3s);
    EXPECT_EQ(world.forwarded.size(), 1U);
    EXPECT_TRUE(world.closes.empty());
    world.answer_survey(world.row(3, "Z") + "," + world.row(1, "Y"));
    world.advance(0s);
    EXPECT_THAT(world.closes, Contains(key));
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_TRUE(world.gaps.empty());
}

// The bug: it was put off, and was due again at once, without end.
TEST(WorkerStandby, LookThatASessionToBeLeftWaitsForIsNotPutOffForWantOfPoints) {
    StandbyWorld world;
    const auto key = world.be_superseded();
    const auto answer_with_few_points = [&](std::string_view body) {
        const auto request = world.requests.back();
        world.requests.clear();
        world.worker.on_response(request.id,
                                 HttpResponse{200,
                                              {{"Ratelimit-Limit", "800"},
                                               {"Ratelimit-Remaining", "10"},
                                               {"Ratelimit-Reset", "1"}},
                                              std::string(body)},
                                 world.now, {});
        world.collect();
    };
    world.advance(0s);
    ASSERT_TRUE(world.has_survey());
    answer_with_few_points(R"({"data":[{"id":"conduit-1","shard_count":5}]})");
    ASSERT_TRUE(world.has_request("GET", "/conduits/shards"));
    answer_with_few_points(R"({"data":[)" + world.row(3, "Z") + R"(],"pagination":{}})");

    while (!world.has_survey() && world.worker.deadline() < world.now + 5s)
        world.advance(world.worker.deadline() - world.now);
    world.answer_survey(world.row(3, "Z"));
    world.advance(0s);

    EXPECT_THAT(world.closes, Contains(key));
}

// A claim that had timed out came late, behind that of somebody else.
TEST(WorkerStandby, SessionThatGetsTheShardAfterAllIsKept) {
    StandbyWorld world;
    const auto key = world.be_superseded();
    world.advance(3s);

    world.answer_survey(world.row(3, "A") + "," + world.row(1, "Y"));
    world.keep_alive(key);

    EXPECT_TRUE(world.closes.empty());
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.worker.status().shards, (ShardSet{3}));
}

// The bug: a session that had stopped to bring anything was bound again.
TEST(WorkerStandby, SilentSessionThatGetsTheShardAfterAllIsReplaced) {
    StandbyWorld world;
    world.be_superseded();
    const auto read_at = world.now;
    while (world.now < read_at + 11s || !world.has_survey()) {
        if (world.has_survey()) world.answer(world.take_survey(), 400, "{}");
        world.advance(100ms);
    }
    ASSERT_TRUE(world.closes.empty());

    world.answer_survey(world.row(3, "A") + "," + world.row(1, "Y"));
    EXPECT_NE(world.worker.state(), WorkerState::holding);
    world.welcome("B");
    world.accept_claim("B");

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.worker.status().session_id, "B");
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_LE(world.gaps[0].since, read_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

TEST(WorkerStandby, ShardThatAWebhookIsBeingVerifiedForIsTheWebhooks) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    world.await_survey(key);

    world.answer_survey(world.row(3, "", "webhook_callback_verification_pending"));

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_EQ(world.worker.status().held_by, "a webhook");
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(WorkerStandby, WhoIsToEndWhenSupersededReadsItsSessionToItsEnd) {
    auto options = StandbyWorld::default_options();
    options.conduit.when_superseded = WhenSuperseded::exit;
    StandbyWorld world(std::move(options));

    const auto key = world.be_superseded();

    EXPECT_FALSE(world.stopped);
    EXPECT_THAT(world.closes, Contains(key));
    world.end(key, {.close_code = 1000});
    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::superseded);
}

// The operator copied the last shard's session onto a lower number and made the conduit smaller.
TEST(WorkerStandby, ShardThatWasMovedToALowerNumberIsOursThere) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    world.await_survey(key);

    world.answer_survey(world.row(0, "Y") + "," + world.row(1, "A") + "," + world.row(3, "A"), 3);

    EXPECT_EQ(world.worker.status().shards, (ShardSet{1}));
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(WorkerStandby, ShardThatIsGoneWithoutAnotherIsGivenUp) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    world.await_survey(key);

    world.answer_survey(world.row(0, "Y") + "," + world.row(3, "A"), 3);

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

TEST(WorkerStandby, RotationAndStopFindNothingToDo) {
    StandbyWorld world;
    const auto key = world.be_superseded();
    world.advance(3s);
    world.end(key);

    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::nothing_bound);
    world.worker.stop(world.now);
    world.collect();

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::drained);
}

TEST(WorkerStandby, CredentialsThatAreRefusedAreReadAgain) {
    auto options = StandbyWorld::default_options();
    options.conduit.shards = {};
    StandbyWorld world(options);
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    world.advance(0s);
    world.answer_looks(world.row(0, "P"), 1);
    ASSERT_EQ(world.worker.state(), WorkerState::standby);
    const auto pass_until = [&](std::string_view method, std::string_view path) {
        for (int i = 0; i < 4000 && !world.has_request(method, path); ++i) {
            world.advance(1s);
            world.answer_looks(world.row(0, "P"), 1);
        }
        return world.take_request(method, path);
    };

    world.answer(pass_until("GET", "/oauth2/validate"), 401, R"({"message":"invalid"})");
    world.answer(pass_until("POST", "/oauth2/token"), 403, R"({"message":"invalid secret"})");

    EXPECT_TRUE(world.has_logged("degraded: Twitch refuses the credentials"));
    EXPECT_TRUE(world.worker.status().is_degraded);
    world.credentials = Credentials{"replaced-secret", ""};
    EXPECT_NO_THROW((void)pass_until("POST", "/oauth2/token"));
    EXPECT_FALSE(world.stopped);
}

TEST(WorkerStandby, ConduitThatIsGoneBeforeAnyClaimEndsIt) {
    auto options = StandbyWorld::default_options();
    options.conduit.shards = {};
    StandbyWorld world(options);
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    world.answer_survey(world.row(0, "P"), 1);
    for (int i = 0; i < 60 && !world.has_survey(); ++i) world.advance(1s);

    world.answer(world.take_survey(), 200, R"({"data":[]})");

    ASSERT_TRUE(world.stopped);
    EXPECT_EQ(world.stopped->code, ExitCode::conduit_gone);
}

}  // namespace
}  // namespace conduitd
