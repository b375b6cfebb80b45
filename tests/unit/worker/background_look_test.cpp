#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A worker with all its shards, and the whole listing.
class WatchingWorld : public World {
public:
    explicit WatchingWorld(ShardSet shards = {3}) : World(with_shards(std::move(shards))) {}

    static WorkerOptions with_shards(ShardSet shards) {
        auto options = default_options();
        options.conduit.shards = std::move(shards);
        options.home
            .start_contest = {};  // what is taken at the start is for start_contest_test.cpp
        return options;
    }

    // Time passes until it reads the whole listing; whatever it reads besides is in order.
    void await_survey(SessionKey key, std::string_view rows, Duration limit) {
        const auto begin = now;
        while (!has_survey() && now - begin < limit) {
            keep_alive(key);
            if (has_survey()) return;
            if (has_request("GET", "/conduits/shards"))
                answer(take_request("GET", "/conduits/shards"), 200,
                       fmt::format(R"({{"data":[{}],"pagination":{{}}}})", rows));
        }
    }

    SessionKey hold_both() {
        worker.start(now);
        grant_token();
        list_conduits(R"({"data":[{"id":"conduit-1","shard_count":5000}]})");
        const auto key = welcome("A");
        answer(take_request("PATCH", "/conduits/shards"), 202,
               fmt::format(R"({{"data":[{},{}],"errors":[]}})", row(3, "A"), row(4, "A")));
        return key;
    }
};

TEST(WorkerBackgroundLook, IsTakenAgainAndAgainByWhoHasAllItsShards) {
    WatchingWorld world;
    const auto key = world.become_ready("A");
    const auto rows = World::row(3, "A") + "," + World::row(1, "Y");

    for (int i = 0; i < 5; ++i) {
        const auto begin = world.now;
        world.await_survey(key, rows, 1min);
        EXPECT_GE(world.now - begin, 20s);
        world.answer_survey(rows);
    }

    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

TEST(WorkerBackgroundLook, OfAShardThatIsBeingMovedClaimsNothing) {
    WatchingWorld world;
    const auto key = world.become_ready("A");
    world.await_survey(key, World::row(3, "A"), 1min);
    ASSERT_EQ(world.worker.rotate(world.now), RotateVerdict::begun);

    world.answer_survey(World::row(3, "A", "websocket_disconnected"));

    EXPECT_EQ(world.worker.state(), WorkerState::moving);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

// Sessions that are lost one after the other want their points for claims.
TEST(WorkerBackgroundLook, FollowsAFewChangesOfSessionAtOnceAndThenWaits) {
    WatchingWorld world;
    auto key = world.become_ready("A");
    unsigned looks = 0;
    const auto begin = world.now;

    for (int i = 0; i < 8; ++i) {
        world.end(key, {.was_cut = true});
        world.advance(200ms);
        const auto id = fmt::format("B{}", i);
        key = world.welcome(id);
        world.accept_claim(id);
        world.advance(10ms);
        if (!world.has_survey()) continue;
        ++looks;
        std::erase_if(world.requests, World::asks_for_conduits);
    }

    ASSERT_LT(world.now - begin, 5s);
    EXPECT_EQ(looks, 4U);
    world.advance(10s);
    EXPECT_TRUE(world.has_survey());
}

TEST(WorkerBackgroundLook, DecidesWhereTheLookBehindAClaimFindsAnotherAtAShard) {
    WatchingWorld world({3, 4});
    const auto key = world.hold_both();
    while (!world.has_request("GET", "/conduits/shards")) world.keep_alive(key);
    const auto rows = World::row(3, "Z") + "," + World::row(4, "A", "websocket_disconnected");

    world.answer(world.take_request("GET", "/conduits/shards"), 200,
                 fmt::format(R"({{"data":[{}],"pagination":{{}}}})", rows));
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    world.answer_survey(rows, 5000);

    EXPECT_THAT(world.take_request("PATCH", "/conduits/shards").request.body,
                AllOf(HasSubstr(R"("id":"4")"), Not(HasSubstr(R"("id":"3")"))));
}

// The bug: while a claim was to be repeated, listings were passed over, and then it took the shard
// back from whoever had claimed it since.
TEST(WorkerBackgroundLook, FindsASuccessorWhileAClaimIsToBeRepeated) {
    WatchingWorld world;
    const auto key = world.become_ready("A");
    // The listing is read and, each time, the claim that an astray shard brings fails.
    while (!world.has_request("GET", "/conduits/shards")) world.keep_alive(key);
    world.answer(world.take_request("GET", "/conduits/shards"), 200,
                 fmt::format(R"({{"data":[{}],"pagination":{{}}}})",
                             World::row(3, "A", "websocket_disconnected")));
    while (!world.has_survey()) {
        if (world.has_request("PATCH", "/conduits/shards"))
            world.answer(world.take_request("PATCH", "/conduits/shards"), 503, "");
        world.keep_alive(key);
    }
    if (world.has_request("PATCH", "/conduits/shards"))
        world.answer(world.take_request("PATCH", "/conduits/shards"), 503, "");

    world.answer_survey(World::row(3, "Z") + "," + World::row(1, "Y"));
    world.advance(1min);

    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
}

// In a conduit so large that nobody looks in the background.
class LargeConduit : public WatchingWorld {
public:
    LargeConduit() : WatchingWorld({3, 4}) {
        key = hold_both();
        await_survey(key, own_rows(), 1min);
        auto rows = own_rows();
        for (unsigned shard = 5; shard < 2500; ++shard) {
            rows += "," + row(shard, fmt::format("S{}", shard));
        }
        answer_survey(rows, 5000);
    }

    static std::string own_rows() { return row(3, "A") + "," + row(4, "A"); }

    SessionKey key{};
};

TEST(WorkerBackgroundLook, FollowsALongSleepWhereThereAreNoOthers) {
    LargeConduit world;
    ASSERT_TRUE(world.has_logged("no looks in the background"));
    world.now += 2s;
    world.worker.on_slept(world.now - 2s, world.now);
    world.await_survey(world.key, LargeConduit::own_rows(), 61min);
    ASSERT_FALSE(world.has_survey());

    world.worker.on_slept(world.now - 6s, world.now);
    world.await_survey(world.key, LargeConduit::own_rows(), 61min);

    EXPECT_TRUE(world.has_survey());
}

// The bug: it was forgotten, where the look of its period had been made.
TEST(WorkerBackgroundLook, FollowsASecondSleepOfAPeriodInTheNextOne) {
    LargeConduit world;
    world.worker.on_slept(world.now - 6s, world.now);
    world.await_survey(world.key, LargeConduit::own_rows(), 61min);
    ASSERT_TRUE(world.has_survey());
    auto rows = LargeConduit::own_rows();
    for (unsigned shard = 5; shard < 2500; ++shard) {
        rows += "," + World::row(shard, fmt::format("S{}", shard));
    }
    world.answer_survey(rows, 5000);

    world.worker.on_slept(world.now - 6s, world.now);
    world.await_survey(world.key, LargeConduit::own_rows(), 121min);

    EXPECT_TRUE(world.has_survey());
}

// Twitch writes nothing else to a session whose shard somebody else has claimed.
TEST(WorkerBackgroundLook, FollowsWhereKeepalivesAreAllThatComes) {
    for (const unsigned messages : {0U, 60U}) {
        LargeConduit world;
        for (unsigned i = 0; i < messages; ++i) {
            world.advance(1s);
            world.frame(world.key, notification_frame(fmt::format("n{}", i)));
        }

        world.await_survey(world.key, LargeConduit::own_rows(), 61min);

        EXPECT_EQ(world.has_survey(), messages > 0) << messages;
    }
}

// In a conduit so large that nobody else looks in the background.
TEST(WorkerBackgroundLook, GoesOnForWhoLacksAShard) {
    WatchingWorld world({3, 4});
    const auto key = world.hold_both();
    world.await_survey(key, World::row(3, "A") + "," + World::row(4, "A"), 1min);
    auto rows = World::row(3, "Z") + "," + World::row(4, "A");
    for (unsigned shard = 5; shard < 2500; ++shard) {
        rows += "," + World::row(shard, fmt::format("S{}", shard));
    }

    world.answer_survey(rows, 5000);
    ASSERT_TRUE(world.has_logged("no looks in the background"));
    ASSERT_EQ(world.worker.status().shards, (ShardSet{4}));
    world.await_survey(key, World::row(4, "A"), 80min);

    EXPECT_TRUE(world.has_survey());
}

}  // namespace
}  // namespace conduitd
