#include "worker/world.hpp"

#include <gtest/gtest.h>

// The shards that a worker makes, with a conduit or by growing it, have no session until their
// owners come: the first claim binds them to its own.
namespace conduitd {
namespace {

using std::chrono::seconds;

std::string entries(const ShardSet& shards, std::string_view session_id) {
    std::string text;
    for (const auto shard : shards) {
        text += fmt::format(
            R"({}{{"id":"{}","status":"enabled","transport":{{"method":"websocket","session_id":"{}"}}}})",
            text.empty() ? "" : ",", shard, session_id);
    }
    return text;
}

std::string bound(const ShardSet& shards, std::string_view session_id) {
    return R"({"data":[)" + entries(shards, session_id) + R"(],"errors":[]})";
}

// Has grown the conduit from 5 shards to `count`, and waits for the answer to its first claim.
class Growing : public World {
public:
    explicit Growing(std::uint32_t count) : Growing(options(count), count) {}
    Growing(WorkerOptions options, std::uint32_t count) : World(std::move(options)) {
        worker.start(now);
        grant_token();
        list_conduits();
        list_conduits();
        key = welcome("A");
        list_conduits();
        answer(take_request("PATCH", "/eventsub/conduits"), 200, grown(count));
    }

    static WorkerOptions options(std::uint32_t count) {
        auto options = default_options();
        options.conduit.shard_count = count;
        options.conduit.may_grow = true;
        return options;
    }
    static std::string grown(std::uint32_t count) {
        return fmt::format(R"({{"data":[{{"id":"conduit-1","shard_count":{}}}]}})", count);
    }
    static bool names(const SendRequest& claim, std::uint32_t shard) {
        return claim.request.body.find(fmt::format(R"("id":"{}")", shard)) != std::string::npos;
    }

    SessionKey key{};
};

TEST(FreshShards, AreClaimedAlongWithTheOwnOnes) {
    Growing world(7);

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_TRUE(Growing::names(claim, 3));
    EXPECT_TRUE(Growing::names(claim, 5));
    EXPECT_TRUE(Growing::names(claim, 6));
    EXPECT_FALSE(Growing::names(claim, 4));
    world.answer(claim, 202, bound({3, 5, 6}, "A"));

    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
    EXPECT_EQ(world.worker.status().shards, (ShardSet{3}));
    // Twitch has sent events to them since the conduit was grown.
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::unserved);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{5, 6}));
    EXPECT_EQ(world.gaps[0].until, world.now);
}

TEST(FreshShards, OwnOneOfThemHasBeenUnservedAsWell) {
    auto options = Growing::options(7);
    options.conduit.shards = {6};
    Growing world(std::move(options), 7);

    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, bound({5, 6}, "A"));

    ShardSet told;
    for (const auto& gap : world.gaps) told.insert(gap.shards);
    EXPECT_EQ(told, (ShardSet{5, 6}));
}

TEST(FreshShards, ThatAreRefusedDoNotFailTheClaim) {
    Growing world(7);

    world.answer(
        world.take_request("PATCH", "/conduits/shards"), 202,
        fmt::format(
            R"({{"data":[{}],"errors":[{{"id":"5","message":"no","code":"x"}},{{"id":"6","message":"no","code":"x"}}]}})",
            entries({3}, "A")));

    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(FreshShards, ThatMakeTheCallRefusedAreLeftOutOfTheNext) {
    Growing world(7);

    world.answer(world.take_request("PATCH", "/conduits/shards"), 400,
                 R"({"status":400,"message":"bad shard"})");
    world.advance(seconds(1));

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_TRUE(Growing::names(claim, 3));
    EXPECT_FALSE(Growing::names(claim, 5));
}

TEST(FreshShards, AreClaimedAgainAfterAClaimThatWasNotAnswered) {
    Growing world(7);

    world.fail(world.take_request("PATCH", "/conduits/shards"));
    world.advance(seconds(1));

    EXPECT_TRUE(Growing::names(world.take_request("PATCH", "/conduits/shards"), 6));
}

TEST(FreshShards, AreNotClaimedForTheNextSession) {
    Growing world(7);
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, bound({3, 5, 6}, "A"));

    world.end(world.key, {.was_cut = true, .what = "reset"});
    world.advance(seconds(1));
    world.welcome("B");

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_TRUE(Growing::names(claim, 3));
    EXPECT_FALSE(Growing::names(claim, 5));
}

TEST(FreshShards, OfWhichOneCallCannotTakeAllAreClaimedWithSeveral) {
    Growing world(250);
    ShardSet claimed;

    for (int calls = 0; calls < 5 && world.has_request("PATCH", "/conduits/shards"); ++calls) {
        const auto claim = world.take_request("PATCH", "/conduits/shards");
        ShardSet batch;
        for (std::uint32_t shard = 0; shard < 250; ++shard) {
            if (Growing::names(claim, shard)) batch.insert(ShardSet{shard});
        }
        EXPECT_LE(batch.size(), shards_per_update_max);
        EXPECT_TRUE(batch.contains(3));
        claimed.insert(batch);
        world.answer(claim, 202, bound(batch, "A"));
    }

    EXPECT_EQ(claimed.size(), 246U);
    EXPECT_FALSE(claimed.contains(4));
    EXPECT_EQ(world.worker.status().state, WorkerState::holding);
}

// Is to grow the conduit from 5 shards to 7, and has no session yet.
class BeforeGrowth : public World {
public:
    explicit BeforeGrowth(WorkerOptions options = Growing::options(7)) : World(std::move(options)) {
        worker.start(now);
        grant_token();
        list_conduits();
        list_conduits();
    }
};

// The bug: the conduit was grown by a worker that could not reach the WebSocket, and what was made
// had no session until another one came.
TEST(FreshShards, AreNotMadeByWhoCannotDial) {
    BeforeGrowth world;

    for (int dials = 0; dials < 5; ++dials) {
        ASSERT_FALSE(world.has_request("PATCH", "/eventsub/conduits"));
        world.end(world.dials.back().key, {.was_cut = true, .what = "connection refused"});
        EXPECT_EQ(world.host_unlocks, dials + 1);  // others of the host have their turns
        world.dials.clear();
        while (world.dials.empty()) {
            world.advance(seconds(1));
            if (world.has_survey()) world.list_conduits();
        }
    }
}

// Twitch closes it ten seconds after its welcome.
TEST(FreshShards, WhereTheGrowthIsNotAnsweredInTimeTheSessionIsClosed) {
    BeforeGrowth world;
    const auto key = world.welcome("A");
    world.list_conduits();
    world.take_request("PATCH", "/eventsub/conduits");

    world.advance(seconds(7));

    EXPECT_EQ(world.closes, std::vector{key});
}

TEST(FreshShards, OfALostSessionAreClaimedForTheNextAndToldFromTheGrowthOn) {
    BeforeGrowth world;
    const auto key = world.welcome("A");
    world.list_conduits();
    const auto made_at = world.now;
    world.take_request("PATCH", "/eventsub/conduits");
    world.end(key, {.was_cut = true, .what = "reset"});
    world.advance(seconds(2));
    world.list_conduits(Growing::grown(7));

    world.welcome("B");
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, bound({3, 5, 6}, "B"));

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].since, made_at);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{5, 6}));
}

TEST(FreshShards, AreMadeByAWorkerThatTakesAnyShardForItsSession) {
    auto options = Growing::options(7);
    options.conduit.shards = {};
    Growing world(std::move(options), 7);

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    world.answer(claim, 202, bound({5, 6}, "A"));

    EXPECT_EQ(world.worker.status().shards, (ShardSet{5}));
    EXPECT_EQ(world.worker.status().guests.size(), 0U);
    ShardSet told;
    for (const auto& gap : world.gaps) told.insert(gap.shards);
    EXPECT_EQ(told, (ShardSet{5, 6}));
}

}  // namespace
}  // namespace conduitd
