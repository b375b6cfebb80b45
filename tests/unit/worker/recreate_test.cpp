#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto npos = std::string::npos;
constexpr std::string_view not_found =
    R"({"error":"Not Found","status":404,"message":"not found"})";
constexpr std::string_view none_listed = R"({"data":[]})";
constexpr std::string_view first_listed = R"({"data":[{"id":"conduit-1","shard_count":5}]})";
constexpr std::string_view next_listed = R"({"data":[{"id":"conduit-2","shard_count":5}]})";

// A worker that holds shard 3 of the conduit that it found, which goes while it is served.
class GoneWorld : public World {
public:
    static WorkerOptions options_for(ShardSet shards, bool may_recreate = true) {
        auto options = default_options();
        options.conduit = {.shard_count = 5, .shards = std::move(shards)};
        options.conduit.may_recreate = may_recreate;
        options.ensures_shard_disabled = false;
        return options;
    }

    explicit GoneWorld(WorkerOptions options = options_for({3})) : World(std::move(options)) {
        worker.start(now);
        grant_token();
        list_conduits();
        answer(take_request("GET", "/conduits/shards"), 200, shards(row(3, "before")));
        while (worker.state() == WorkerState::standby) {  // any shard
            answer_survey(row(0, "P") + "," + row(1, "Q"));
        }
        key = welcome("A");
        settle_claims("A");
    }

    static std::string shards(std::string_view rows) {
        return fmt::format(R"({{"data":[{}],"pagination":{{}}}})", rows);
    }

    // Whatever is claimed is granted.
    void settle_claims(std::string_view session_id) {
        advance({});
        const auto claim = take_request("PATCH", "/conduits/shards");
        claim_body = claim.request.body;
        std::string entries;
        for (unsigned shard = 0; shard < 5; ++shard) {
            const bool is_claimed = claim_body.find(fmt::format(R"("id":"{}")", shard)) != npos;
            if (is_claimed) entries += (entries.empty() ? "" : ",") + row(shard, session_id);
        }
        answer(claim, 202, fmt::format(R"({{"data":[{}],"errors":[]}})", entries));
    }

    // Conduits are listed as this, and shards as `rows`; what else is asked for stays open.
    void pass(Duration duration, std::string_view conduits) {
        for (const auto until = now + duration; now < until; advance(500ms)) {
            if (is_bound) frame(key, keepalive_frame());
            list(conduits);
        }
        list(conduits);
    }

    void list(std::string_view conduits) {
        for (bool goes_on = true; std::exchange(goes_on, false);) {
            collect();
            for (const auto& send : std::exchange(requests, {})) {
                const auto& target = send.request.url.target;
                const bool is_page = send.request.method == "GET" && target.find("/shards") != npos;
                if (!is_page && !asks_for_conduits(send)) {
                    requests.push_back(send);
                    continue;
                }
                goes_on = true;
                const bool is_next = !once_gone.empty() && has_logged("the conduit is gone");
                const auto listed = is_next ? once_gone : conduits;
                const auto id = target.substr(target.find('=') + 1);
                if (!is_page) {
                    answer(send, 200, std::string(listed));
                } else if (listed.find(id) == npos) {
                    answer(send, 404, std::string(not_found));
                } else {
                    answer(send, 200, shards(rows));
                }
            }
        }
    }

    // It is made here, and settles.
    void make_conduit() {
        for (int i = 0; i < 200 && !has_request("POST", "/eventsub/conduits"); ++i)
            pass(500ms, none_listed);
        answer(take_request("POST", "/eventsub/conduits"), 200, std::string(next_listed));
        for (int i = 0; i < 20 && !has_logged("conduit created conduit=conduit-2"); ++i)
            pass(500ms, next_listed);
    }

    SessionKey key{};
    bool is_bound = true;
    std::string_view once_gone;
    std::string rows = row(3, "A");
    std::string claim_body;
};

TEST(WorkerRecreate, ConduitThatIsGoneForAWhileIsMadeAnewAndClaimed) {
    GoneWorld world;
    ASSERT_EQ(world.worker.state(), WorkerState::holding);

    world.make_conduit();
    ASSERT_EQ(world.dials.size(), 2U);
    world.welcome("B");
    world.settle_claims("B");

    EXPECT_EQ(world.worker.conduit_id(), "conduit-2");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.worker.home(), ShardSet{3});
    EXPECT_NE(world.claim_body.find("conduit-2"), npos);
    EXPECT_EQ(world.remembered->conduit_id, "conduit-2");
    EXPECT_TRUE(world.has_logged("the conduit is gone"));
    EXPECT_FALSE(world.worker.status().is_degraded);
    EXPECT_FALSE(world.stopped);
}

TEST(WorkerRecreate, WorkerThatMadeItClaimsAllItsShards) {
    GoneWorld world;

    world.make_conduit();
    world.welcome("B");
    world.settle_claims("B");

    for (unsigned shard = 0; shard < 5; ++shard) {
        EXPECT_NE(world.claim_body.find(fmt::format(R"("id":"{}")", shard)), npos);
    }
}

TEST(WorkerRecreate, TimeSinceTheLastProofIsAGap) {
    GoneWorld world;
    world.pass(10s, first_listed);
    world.frame(world.key, notification_frame("m-1"));
    const auto proven_at = world.now;

    world.make_conduit();
    world.welcome("B");
    world.settle_claims("B");

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps.front().reason, GapReason::unserved);
    EXPECT_EQ(world.gaps.front().since, proven_at);
    EXPECT_EQ(world.gaps.front().until, world.now);
    EXPECT_EQ(world.gaps.front().shards, ShardSet{3});
}

TEST(WorkerRecreate, GapIsToldAtAStopBeforeTheClaim) {
    GoneWorld world;
    world.make_conduit();

    world.worker.stop(world.now);

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps.front().reason, GapReason::unserved);
    EXPECT_FALSE(world.gaps.front().until);
}

TEST(WorkerRecreate, SessionOfTheOneThatIsGoneIsReadUntilItIsQuiet) {
    GoneWorld world;
    world.make_conduit();

    world.frame(world.key, notification_frame("late"));
    world.welcome("B");
    world.settle_claims("B");
    world.is_bound = false;
    world.pass(5s, next_listed);

    EXPECT_EQ(world.forwarded_ids().back(), "late");
    EXPECT_EQ(world.closes, std::vector{world.key});
}

TEST(WorkerRecreate, ConduitThatAnotherWorkerMadeIsServed) {
    GoneWorld world;
    world.once_gone = next_listed;
    world.rows = World::row(3, "Z") + "," + World::row(4, "Z");

    world.pass(2min, none_listed);
    world.welcome("B");
    world.settle_claims("B");

    EXPECT_FALSE(world.has_request("POST", "/eventsub/conduits"));
    EXPECT_EQ(world.worker.conduit_id(), "conduit-2");
    EXPECT_EQ(world.worker.home(), ShardSet{3});
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

TEST(WorkerRecreate, WorkerForAnyShardChoosesOneOfTheOtherConduit) {
    GoneWorld world(GoneWorld::options_for({}));
    ASSERT_EQ(world.worker.state(), WorkerState::holding);
    world.once_gone = next_listed;
    world.rows = World::row(0, "Z");

    world.pass(2min, none_listed);
    world.welcome("B");
    world.list(next_listed);
    world.settle_claims("B");

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_FALSE(world.worker.home().contains(0));
}

TEST(WorkerRecreate, OneListingThatLacksTheConduitChangesNothing) {
    GoneWorld world;
    while (!world.has_logged("degraded: the conduit is not listed")) world.pass(500ms, none_listed);

    world.pass(1min, first_listed);

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_EQ(world.dials.size(), 1U);
    EXPECT_TRUE(world.has_logged("the conduit is there after all"));
    EXPECT_FALSE(world.worker.status().is_degraded);
}

TEST(WorkerRecreate, ConduitThatBringsMessagesIsNotGone) {
    GoneWorld world;

    for (int i = 0; i < 30; ++i) {
        world.pass(10s, none_listed);
        world.frame(world.key, notification_frame(fmt::format("m-{}", i)));
    }

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_FALSE(world.has_logged("the conduit is gone"));
}

// Twitch may leave out what it does not know at the moment.
TEST(WorkerRecreate, NullIsNoList) {
    GoneWorld world;

    world.pass(5min, R"({"data":null})");

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_FALSE(world.has_logged("not listed any more; if that lasts"));
}

TEST(WorkerRecreate, ClaimThatIsAnsweredWith404IsFollowedByALookOnly) {
    GoneWorld world;
    EXPECT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);
    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 404, std::string(not_found));
    world.advance({});

    EXPECT_TRUE(world.has_survey());
    EXPECT_FALSE(world.has_logged("the conduit is gone"));
}

TEST(WorkerRecreate, WithoutTheSettingNothingElseIsServed) {
    GoneWorld world(GoneWorld::options_for({3}, false));

    world.pass(5min, none_listed);

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_FALSE(world.has_request("POST", "/eventsub/conduits"));
    EXPECT_TRUE(world.worker.status().is_degraded);
    EXPECT_TRUE(world.has_logged("degraded: the conduit is not listed any more conduit="));
    world.pass(1min, first_listed);
    EXPECT_FALSE(world.worker.status().is_degraded);
}

TEST(WorkerRecreate, WhatCannotBeServedIsWaitedFor) {
    GoneWorld world;

    // Several, none of them known: at a start that ends the process.
    world.pass(
        3min,
        R"({"data":[{"id":"conduit-2","shard_count":5},{"id":"conduit-3","shard_count":5}]})");

    EXPECT_TRUE(world.has_logged("degraded: no other conduit can be served"));
    EXPECT_FALSE(world.stopped);
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_TRUE(world.worker.status().is_degraded);
}

TEST(WorkerRecreate, ConduitThatComesBackIsServedAgain) {
    GoneWorld world;
    world.once_gone = first_listed;

    world.pass(2min, none_listed);
    world.welcome("B");
    world.settle_claims("B");

    EXPECT_EQ(world.worker.conduit_id(), "conduit-1");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
}

}  // namespace
}  // namespace conduitd
