#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::Contains;

// A worker that is configured for shard 3, and the whole listing.
class StandbyWorld : public World {
public:
    explicit StandbyWorld(WorkerOptions options = default_options()) : World(std::move(options)) {}

    // Time passes until it reads the whole listing; whatever it reads besides is in order.
    void await_survey(SessionKey key) {
        for (int i = 0; i < 60 && !has_survey(); ++i) {
            keep_alive(key);
            if (has_survey()) return;
            if (has_request("GET", "/conduits/shards"))
                answer(take_request("GET", "/conduits/shards"), 200,
                       R"({"data":[)" + row(3, "A") + R"(],"pagination":{}})");
        }
    }

    // H, which carries another one too, takes the shard each time. Answers how often it is claimed.
    unsigned claim_back_while_it_may(SessionKey key) {
        unsigned claims = 0;
        const auto begin = now;
        while (worker.state() != WorkerState::standby && now - begin < 9min) {
            keep_alive(key);
            if (has_survey()) answer_survey(row(3, "H") + "," + row(1, "H"));
            if (has_request("GET", "/conduits/shards"))
                answer(take_request("GET", "/conduits/shards"), 200,
                       R"({"data":[)" + row(3, "H") + R"(],"pagination":{}})");
            if (has_request("PATCH", "/conduits/shards")) {
                ++claims;
                accept_claim("A");
            }
        }
        return claims;
    }

    SessionKey be_superseded() {
        const auto key = become_ready("A");
        await_survey(key);
        answer_survey(row(3, "Z") + "," + row(1, "Y"));
        return key;
    }
};

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

TEST(WorkerStandby, ShardIsTakenOnceItsSessionIsGoneAndTheTimeBetweenIsToldAsAGap) {
    StandbyWorld world;
    const auto old = world.be_superseded();
    world.advance(3s);
    world.end(old);
    world.answer_survey(world.row(3, "Z") + "," + world.row(1, "Y"));
    world.advance(5min);
    const auto died_at = world.now - 20s;

    world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
    const auto request = world.take_request("GET", "/conduits/shards");
    const auto server_time = *parse_rfc3339("2026-03-04T05:30:00Z");
    world.worker.on_response(
        request.id,
        HttpResponse{
            200,
            {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}},
            fmt::format(
                R"({{"data":[{{"id":"3","status":"websocket_disconnected","transport":{{"method":"websocket","session_id":"Z","disconnected_at":"{}"}}}}],"pagination":{{}}}})",
                format_rfc3339(server_time - 20s))},
        world.now, {});
    world.welcome("B");
    world.accept_claim("B");

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.worker.status().held_by, "");
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::unserved);
    EXPECT_EQ(world.gaps[0].since, died_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
}

// The bug: its claim took the shard from an owner that had come back while it dialled.
TEST(WorkerStandby, ShardWhoseOwnerHasComeBackMeanwhileIsLeftToIt) {
    for (const bool has_owner : {true, false}) {
        StandbyWorld world;
        const auto old = world.be_superseded();
        world.advance(1s);  // later it cannot have ended before it was superseded
        world.end(old);
        world.answer_survey(world.row(3, "Z") + "," + world.row(1, "Y"));
        while (!world.has_survey()) world.advance(1s);
        const auto dead = world.row(3, "Z", "websocket_disconnected") + "," + world.row(1, "Y");
        world.answer_survey(dead);
        world.advance(2s);

        world.welcome("B");
        EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
        world.answer(
            world.take_request("GET", "/conduits/shards"), 200,
            fmt::format(R"({{"data":[{}],"pagination":{{}}}})",
                        has_owner ? world.row(3, "owner") + "," + world.row(1, "Y") : dead));

        EXPECT_EQ(world.has_request("PATCH", "/conduits/shards"), !has_owner);
        if (!has_owner) continue;
        world.advance(0s);
        world.answer_survey(world.row(3, "owner") + "," + world.row(1, "Y"));
        EXPECT_EQ(world.worker.state(), WorkerState::standby);
        // The bug: hours later the stop told what had been known of the shard then as a gap.
        world.advance(1min);
        world.worker.stop(world.now);
        EXPECT_TRUE(world.gaps.empty());
    }
}

// A session has ten seconds for its claim, and a conduit may have two thousand pages.
TEST(WorkerStandby, CheckOfManyPagesEndsInTimeForTheClaim) {
    auto options = StandbyWorld::default_options();
    options.conduit.shards = {};
    for (std::uint32_t shard = 0; shard < 20; ++shard) options.conduit.shards.insert({shard});
    StandbyWorld world(std::move(options));
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits(R"({"data":[{"id":"conduit-1","shard_count":20}]})");
    const auto key = world.welcome("A");
    const auto answer_with = [&](std::string_view session, std::string_view status) {
        std::string rows;
        for (unsigned shard = 0; shard < 20; ++shard)
            rows += (shard == 0 ? "" : ",") + world.row(shard, session, status);
        return rows;
    };
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202,
                 fmt::format(R"({{"data":[{}],"errors":[]}})", answer_with("A", "enabled")));
    for (int i = 0; i < 60 && !world.has_survey(); ++i) world.keep_alive(key);
    world.answer_survey(answer_with("Z", "enabled"), 20);
    ASSERT_EQ(world.worker.state(), WorkerState::standby);
    world.end(key);
    world.answer_survey(answer_with("Z", "enabled"), 20);
    while (!world.has_survey()) world.advance(1s);
    world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":20}]})");
    const auto answer_page = [&](unsigned page) {
        const auto cursor =
            page < 19 ? fmt::format(R"({{"cursor":"page-{}"}})", page + 1) : std::string("{}");
        world.answer(world.take_request("GET", "/conduits/shards"), 200,
                     fmt::format(R"({{"data":[{}],"pagination":{}}})",
                                 world.row(page, "Z", "websocket_disconnected"), cursor));
    };
    for (unsigned page = 0; page < 20; ++page) answer_page(page);
    world.advance(2s);
    world.welcome("B");
    const auto welcomed_at = world.now;

    for (unsigned page = 0; page < 20 && world.has_request("GET", "/conduits/shards"); ++page) {
        world.advance(700ms);
        answer_page(page);
    }

    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_LT(world.now - welcomed_at, 5s);
}

// What is lost is not kept waiting by a look for what was to be had besides.
TEST(WorkerStandby, ShardThatWasToBeHadBesidesIsLeftWhereTheSessionOfTheOthersIsLost) {
    auto options = StandbyWorld::default_options();
    options.conduit.shards = {3, 4};
    StandbyWorld world(std::move(options));
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");
    world.answer(
        world.take_request("PATCH", "/conduits/shards"), 202,
        fmt::format(R"({{"data":[{},{}],"errors":[]}})", world.row(3, "A"), world.row(4, "A")));
    const auto await = [&] {
        while (!world.has_survey()) world.keep_alive(key);
    };
    await();
    world.answer_survey(world.row(3, "A") + "," + world.row(4, "Z"));
    await();
    world.answer_survey(world.row(3, "A") + "," + world.row(4, "Z", "websocket_disconnected"));
    ASSERT_TRUE(world.has_request("PATCH", "/conduits/shards"));
    world.requests.clear();
    world.end(key, {.was_cut = true});
    world.advance(6s);

    world.welcome("B");

    EXPECT_THAT(world.take_request("PATCH", "/conduits/shards").request.body,
                testing::AllOf(testing::HasSubstr(R"("id":"3")"),
                               testing::Not(testing::HasSubstr(R"("id":"4")"))));
    world.advance(0s);
    EXPECT_TRUE(world.has_survey());
}

// The bug: the time since the death of the shard that was lost was told of the one that was read.
TEST(WorkerStandby, TimeOfAShardThatIsLostBeforeItsClaimIsNotToldOfTheOthers) {
    auto options = StandbyWorld::default_options();
    options.conduit.shards = {3, 4};
    StandbyWorld world(std::move(options));
    world.worker.start(world.now);
    world.grant_token();
    world.list_conduits();
    const auto key = world.welcome("A");
    const auto ours = world.row(3, "A") + ",";
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202,
                 fmt::format(R"({{"data":[{}{}],"errors":[]}})", ours, world.row(4, "A")));
    const auto await = [&] {
        while (!world.has_survey()) world.keep_alive(key);
    };
    await();
    world.answer_survey(ours + world.row(4, "Z"));
    await();
    world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
    const auto page = world.take_request("GET", "/conduits/shards");
    world.advance(2s);
    world.worker.on_response(
        page.id,
        HttpResponse{
            200,
            {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}},
            fmt::format(
                R"({{"data":[{}{{"id":"4","status":"websocket_disconnected","transport":{{"method":"websocket","session_id":"Z","disconnected_at":"2026-03-04T05:29:30Z"}}}}],"pagination":{{}}}})",
                ours)},
        world.now, {});
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    world.answer(
        world.take_request("GET", "/conduits/shards"), 200,
        fmt::format(R"({{"data":[{}{}],"pagination":{{}}}})", ours, world.row(4, "owner")));

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_THAT(claim.request.body, testing::Not(testing::HasSubstr(R"("id":"4")")));
    world.answer(claim, 202, fmt::format(R"({{"data":[{}],"errors":[]}})", world.row(3, "A")));

    EXPECT_TRUE(world.gaps.empty());
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

TEST(WorkerStandby, HostThatKeepsTheShardGivesItBack) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    world.await_survey(key);

    world.answer_survey(world.row(3, "H") + "," + world.row(1, "H"));

    EXPECT_TRUE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

TEST(WorkerStandby, TwoThatTakeEachOtherForAHostDoNotGoOnForever) {
    StandbyWorld world;
    const auto key = world.become_ready("A");

    EXPECT_EQ(world.claim_back_while_it_may(key), 3U);

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

// The bug: with each session that the other one had, it began anew.
TEST(WorkerStandby, OwnerThatMovesToAnotherSessionIsNotTakenForAHostOnceMore) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    world.claim_back_while_it_may(key);
    world.end(key);
    world.dials.clear();

    for (const auto until = world.now + 1min; world.now < until; world.advance(1s)) {
        if (world.has_survey()) world.answer_survey(world.row(3, "I") + "," + world.row(1, "I"));
    }

    EXPECT_TRUE(world.dials.empty());
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

// The bug: each listing in which the host still had the shard counted, while the claim was refused.
TEST(WorkerStandby, ClaimThatIsToTakeTheShardBackCountsOnceHoweverOftenItFails) {
    StandbyWorld world;
    const auto key = world.become_ready("A");
    const auto begin = world.now;
    while (world.now - begin < 5min) {
        world.keep_alive(key);
        if (world.has_survey()) world.answer_survey(world.row(3, "H") + "," + world.row(1, "H"));
        if (world.has_request("GET", "/conduits/shards"))
            world.answer(world.take_request("GET", "/conduits/shards"), 200,
                         R"({"data":[)" + world.row(3, "H") + R"(],"pagination":{}})");
        if (world.has_request("PATCH", "/conduits/shards"))
            world.answer(world.take_request("PATCH", "/conduits/shards"), 503, "");
    }

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.worker.status().shards, (ShardSet{3}));
}

TEST(WorkerStandby, ShardThatAHostKeepsIsTakenByWhoStandsBy) {
    StandbyWorld world;
    const auto old = world.be_superseded();
    world.advance(1s);  // later it cannot have ended before it was superseded
    world.end(old);
    world.answer_survey(world.row(3, "Z") + "," + world.row(1, "Y"));
    while (!world.has_survey()) world.advance(1s);

    world.answer_survey(world.row(3, "Y") + "," + world.row(1, "Y"));
    world.welcome("B");
    world.accept_claim("B");

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_TRUE(world.gaps.empty());
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
