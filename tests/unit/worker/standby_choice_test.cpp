#include "worker/standby_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::Contains;

TEST(WorkerStandbyChoice, ShardIsTakenOnceItsSessionIsGoneAndTheTimeBetweenIsToldAsAGap) {
    StandbyWorld world;
    const auto old = world.be_superseded();
    world.advance(3s);
    world.end(old);
    world.answer_survey(world.row(3, "Z") + "," + world.row(1, "Y"));
    world.advance(5min);
    const auto died_at = world.now - 21s;  // the server tells whole seconds

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

// The bug: the time was told in which the other one had the shard, and read it to its end.
TEST(WorkerStandbyChoice, ShardThatAnotherHadForAShortTimeIsToldFromItsEndUnlessItMayHaveBeenDead) {
    for (const auto* const status : {"websocket_disconnected", "websocket_failed_ping_pong"}) {
        StandbyWorld world;
        const auto old = world.be_superseded();
        world.advance(3s);
        world.end(old);
        world.answer_survey(world.row(3, "Z") + "," + world.row(1, "Y"));
        world.advance(1min);
        const auto died_at = world.now - 21s;

        world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
        world.worker.on_response(
            world.take_request("GET", "/conduits/shards").id,
            HttpResponse{
                200,
                {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}},
                fmt::format(
                    R"({{"data":[{{"id":"3","status":"{}","transport":{{"method":"websocket","session_id":"Z","disconnected_at":"2026-03-04T05:29:40Z"}}}}],"pagination":{{}}}})",
                    status)},
            world.now, {});
        world.welcome("B");
        world.accept_claim("B");

        ASSERT_EQ(world.gaps.size(), 1U) << status;
        const bool was_read = status == std::string_view("websocket_disconnected");
        EXPECT_EQ(world.gaps[0].since == died_at, was_read);
        EXPECT_LE(world.gaps[0].since, died_at);
    }
}

// The bug: its claim took the shard from an owner that had come back while it dialled.
TEST(WorkerStandbyChoice, ShardWhoseOwnerHasComeBackMeanwhileIsLeftToIt) {
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
TEST(WorkerStandbyChoice, CheckOfManyPagesEndsInTimeForTheClaim) {
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
TEST(WorkerStandbyChoice, ShardThatWasToBeHadBesidesIsLeftWhereTheSessionOfTheOthersIsLost) {
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
TEST(WorkerStandbyChoice, TimeOfAShardThatIsLostBeforeItsClaimIsNotToldOfTheOthers) {
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

}  // namespace
}  // namespace conduitd
