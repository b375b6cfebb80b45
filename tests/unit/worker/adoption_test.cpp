#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr auto patch_path = "/conduits/shards";

// A worker that has shard 3 with session A, and reads of others' shards.
class AdoptionWorld : public World {
public:
    AdoptionWorld() : World(adoption_options()) { key = become_ready("A"); }

    static WorkerOptions adoption_options() {
        auto options = default_options();
        options.home.adopts = true;
        return options;
    }

    void await_look() {
        for (int i = 0; i < 60 && !has_survey(); ++i) {
            keep_alive(key);
            if (!has_survey() && has_request("GET", patch_path))
                answer(take_request("GET", patch_path), 200,
                       R"({"data":[)" + row(3, "A") + R"(],"pagination":{}})");
        }
    }

    // Server time is 2026-03-04T05:30:00Z.
    static std::string dead_row(unsigned shard, Duration dead_for,
                                std::string_view status = "websocket_disconnected") {
        return fmt::format(
            R"({{"id":"{}","status":"{}","transport":{{"method":"websocket","session_id":"Z","disconnected_at":"{}"}}}})",
            shard, status, format_rfc3339(*parse_rfc3339("2026-03-04T05:30:00Z") - dead_for));
    }

    void answer_page(const SendRequest& request, const std::string& rows,
                     std::string_view cursor = {}) {
        worker.on_response(
            request.id,
            HttpResponse{
                200,
                {{"Date", "Wed, 04 Mar 2026 05:30:00 GMT"}},
                fmt::format(R"({{"data":[{}],"pagination":{{"cursor":"{}"}}}})", rows, cursor)},
            now, {});
        collect();
    }

    void look(const std::string& rows) {
        await_look();
        answer(take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
        answer_page(take_request("GET", patch_path), row(3, "A") + "," + rows);
    }

    void report_disabled(std::string_view session_id, unsigned shard,
                         std::string_view conduit_id = "conduit-1", unsigned number = 0) {
        frame(
            key,
            fmt::format(
                R"({{"metadata":{{"message_id":"d{}{}-{}","message_type":"notification","message_timestamp":"2026-03-04T05:07:01Z","subscription_type":"conduit.shard.disabled","subscription_version":"1"}},"payload":{{"subscription":{{}},"event":{{"conduit_id":"{}","shard_id":"{}","status":"websocket_disconnected","transport":{{"method":"websocket","callback":null,"session_id":"{}"}}}}}}}})",
                session_id, shard, number, conduit_id, shard, session_id));
    }

    SessionKey key{};
};

TEST(WorkerAdoption, DeadShardOfAnotherWorkerIsKeptAndTheTimeBetweenIsTold) {
    AdoptionWorld world;

    world.look(AdoptionWorld::dead_row(1, 20s));
    const auto died_at = world.now - 21s;  // the server tells whole seconds
    const auto claim = world.take_request("PATCH", patch_path);
    world.answer(claim, 202, fmt::format(R"({{"data":[{}],"errors":[]}})", World::row(1, "A")));

    EXPECT_THAT(claim.request.body,
                AllOf(HasSubstr(R"("id":"1")"), HasSubstr(R"("session_id":"A")"),
                      Not(HasSubstr(R"("id":"3")"))));
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::unserved);
    EXPECT_EQ(world.gaps[0].since, died_at);
    EXPECT_EQ(world.gaps[0].until, world.now);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{1}));
    EXPECT_EQ(world.worker.home(), (ShardSet{3}));
    EXPECT_EQ(world.worker.status().guests, (ShardSet{1}));
}

TEST(WorkerAdoption, ShardThatDiedJustNowIsLeftToItsOwnerForAWhile) {
    AdoptionWorld world;

    world.look(AdoptionWorld::dead_row(1, 2s));

    EXPECT_FALSE(world.has_request("PATCH", patch_path));
    world.advance(4s);
    EXPECT_FALSE(world.has_survey());
    world.advance(1s);
    ASSERT_TRUE(world.has_survey());
    world.look(World::row(1, "owner"));
    EXPECT_FALSE(world.has_request("PATCH", patch_path));
}

TEST(WorkerAdoption, WhatIsNobodysOrAWebhooksOrServedIsLeftAlone) {
    AdoptionWorld world;

    world.look(World::row(0, "Y") + "," +
               AdoptionWorld::dead_row(1, 1min, "notification_failures_exceeded") + "," +
               AdoptionWorld::dead_row(2, 1min, "webhook_callback_verification_pending") + "," +
               AdoptionWorld::dead_row(7, 1min));

    EXPECT_FALSE(world.has_request("PATCH", patch_path));
}

// A conduit of five shards, and this worker alone: 0 is somebody's, 1 a webhook's.
TEST(WorkerAdoption, WhatNobodyHasClaimedForAWhileIsKept) {
    AdoptionWorld world;
    const auto rows = World::row(0, "Y") + "," +
                      AdoptionWorld::dead_row(1, 1min, "notification_failures_exceeded");

    world.look(rows);
    const auto seen_at = world.now;
    EXPECT_FALSE(world.has_request("PATCH", patch_path));
    world.look(rows);
    const auto claim = world.take_request("PATCH", patch_path);
    world.answer(
        claim, 202,
        fmt::format(R"({{"data":[{},{}],"errors":[]}})", World::row(2, "A"), World::row(4, "A")));

    EXPECT_EQ(world.worker.status().guests, (ShardSet{2, 4}));
    EXPECT_EQ(world.worker.home(), (ShardSet{3}));
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::unserved);
    EXPECT_LE(world.gaps[0].since, seen_at);
    EXPECT_GT(world.gaps[0].since, seen_at - 5s);  // when that listing was asked for
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{2, 4}));
}

TEST(WorkerAdoption, PageThatLacksAShardIsReadAgainFirst) {
    enum class Then { still_nobodys, claimed, page_ends_before };
    for (const auto then : {Then::still_nobodys, Then::claimed, Then::page_ends_before}) {
        AdoptionWorld world;
        const auto first = World::row(0, "Y") + "," + World::row(2, "X");
        world.look(first + "," + World::row(4, "V"));
        world.await_look();
        world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
        world.answer_page(world.take_request("GET", patch_path), first, "next");
        world.advance(1500ms);
        world.answer_page(world.take_request("GET", "after=next"),
                          World::row(3, "A") + "," + World::row(4, "V"));

        EXPECT_FALSE(world.has_request("PATCH", patch_path));
        const auto again = world.take_request("GET", patch_path);
        if (then == Then::still_nobodys) world.answer_page(again, first, "next");
        if (then == Then::claimed) {
            world.answer_page(again, World::row(0, "Y") + "," + World::row(1, "Z"), "next");
        }
        if (then == Then::page_ends_before) world.answer_page(again, World::row(0, "Y"), "next");
        EXPECT_EQ(world.has_request("PATCH", patch_path), then == Then::still_nobodys);
    }
}

TEST(WorkerAdoption, PageThatWasReadAWhileAgoIsReadAgainFirst) {
    for (const bool has_owner : {false, true}) {
        AdoptionWorld world;
        world.await_look();
        world.answer(world.take_survey(), 200, R"({"data":[{"id":"conduit-1","shard_count":5}]})");
        world.answer_page(world.take_request("GET", patch_path), AdoptionWorld::dead_row(1, 20s),
                          "next");
        world.advance(1500ms);
        world.answer_page(world.take_request("GET", "after=next"), World::row(3, "A"));

        EXPECT_FALSE(world.has_request("PATCH", patch_path));
        world.answer_page(world.take_request("GET", patch_path),
                          has_owner ? World::row(1, "owner") : AdoptionWorld::dead_row(1, 21s));
        EXPECT_EQ(world.has_request("PATCH", patch_path), !has_owner);
    }
}

TEST(WorkerAdoption, ReportOfADeadShardBringsALook) {
    AdoptionWorld world;
    world.keep_alive(world.key);

    world.report_disabled("Z", 1);
    world.advance(7s);

    EXPECT_TRUE(world.has_survey());
    EXPECT_EQ(world.forwarded.size(), 1U);
}

TEST(WorkerAdoption, ReportOfOurOpenSessionBringsAClaim) {
    AdoptionWorld world;

    world.report_disabled("A", 3);
    world.advance(0s);
    ASSERT_TRUE(world.has_request("PATCH", patch_path));
    world.accept_claim("A");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::shard_astray);
}

// The bug: each report was a claim and a gap, also one that had been read before.
TEST(WorkerAdoption, ReportsOfOurOpenSessionThatDoNotEndBringFewClaims) {
    AdoptionWorld world;
    const auto report = [&](unsigned number) {
        world.report_disabled("A", 3, "conduit-1", number);
        world.advance(1ms);
        if (!world.has_request("PATCH", patch_path)) return false;
        world.accept_claim("A");
        return true;
    };

    EXPECT_TRUE(report(0));
    EXPECT_FALSE(report(0));
    unsigned made = 1;
    for (unsigned number = 1; number < 100; ++number) made += report(number) ? 1U : 0U;

    EXPECT_EQ(made, HomeOptions{}.claims_back_max);
    EXPECT_EQ(world.gaps.size(), made);
}

TEST(WorkerAdoption, StaleReportsAndThoseOfOtherConduitsAreIgnored) {
    AdoptionWorld world;
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.key = world.welcome("B");
    world.accept_claim("B");
    world.advance(0s);
    if (world.has_survey()) world.answer_survey(World::row(3, "B"));
    ASSERT_FALSE(world.has_survey());

    world.report_disabled("A", 3);
    world.report_disabled("B", 3, "conduit-2");
    world.report_disabled("Z", 1, "conduit-2");
    world.advance(0s);

    EXPECT_FALSE(world.has_request("PATCH", patch_path));
    world.advance(2500ms);
    EXPECT_FALSE(world.has_survey());
}

}  // namespace
}  // namespace conduitd
