#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// A worker that is configured for shard 3 of five, and another one, Z, that claims it a moment
// later.
class ContestedWorld : public World {
public:
    explicit ContestedWorld(WorkerOptions options = default_options())
        : World(std::move(options)) {}

    // It looks, and reads the rest of the listing too.
    void find(const std::string& ours, const std::string& others = {}) {
        while (!has_request("GET", "/conduits/shards") && now < started_at_ + 1min) advance(100ms);
        answer(take_request("GET", "/conduits/shards"), 200,
               fmt::format(R"({{"data":[{}],"pagination":{{}}}})", ours));
        answer_survey(others.empty() ? ours : ours + "," + others, 5);
    }

    void find_at_z(unsigned shards_elsewhere) {
        std::string others;
        for (unsigned shard = 0; shard < shards_elsewhere; ++shard) {
            if (shard == 3) continue;
            others += (others.empty() ? "" : ",") + row(shard, "Y" + std::to_string(shard));
        }
        find(row(3, "Z"), others);
    }

private:
    const TimePoint started_at_ = now;
};

// The bug: a worker that takes any shard had chosen it as well, and its owner stood by for good,
// while another shard was free.
TEST(WorkerStartContest, ShardThatAnotherWorkerChoseAtTheStartIsClaimedOnceMore) {
    ContestedWorld world;
    world.become_ready("A");

    world.find_at_z(4);

    EXPECT_TRUE(world.has_logged("somebody else has chosen the shard at our start"));
    world.accept_claim("A");
    EXPECT_EQ(world.worker.state(), WorkerState::holding);
    EXPECT_TRUE(world.gaps.empty());  // it was read all the while
}

TEST(WorkerStartContest, ItIsTheirsWhenTheyClaimItOnceMoreToo) {
    ContestedWorld world;
    world.become_ready("A");
    world.find_at_z(4);
    world.accept_claim("A");

    world.find_at_z(4);

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_EQ(world.worker.status().held_by, "Z");
}

// The bug: with a guest of its own it was taken for a host, and two that are configured for one
// shard claimed it back from each other.
TEST(WorkerStartContest, WhoWasInItIsNoHost) {
    ContestedWorld world;
    world.become_ready("A");
    world.find_at_z(4);
    world.accept_claim("A");

    world.find(World::row(3, "Z"), World::row(1, "Z"));

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
    EXPECT_EQ(world.worker.status().held_by, "Z");
}

TEST(WorkerStartContest, ItIsTheirsWhereTheyHaveNoOtherToChoose) {
    ContestedWorld world;
    world.become_ready("A");

    world.find_at_z(5);

    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_EQ(world.worker.state(), WorkerState::standby);
}

// It is configured for shards 2 and 3 of five.
class ContestedSet : public ContestedWorld {
public:
    ContestedSet() : ContestedWorld(options_of_two()) {}

    static WorkerOptions options_of_two() {
        auto options = default_options();
        options.conduit.shards = {2, 3};
        return options;
    }

    static std::string rows(std::string_view of_two, std::string_view of_three) {
        return row(2, of_two) + "," + row(3, of_three);
    }

    static std::string webhook(unsigned shard) {
        return fmt::format(
            R"({{"id":"{}","status":"enabled","transport":{{"method":"webhook","callback":"https://c"}}}})",
            shard);
    }

    void begin() {
        worker.start(now);
        grant_token();
        list_conduits();
        welcome("A");
        accept_both();
    }

    void accept_both() {
        answer(take_request("PATCH", "/conduits/shards"), 202,
               fmt::format(R"({{"data":[{}],"errors":[]}})", rows("A", "A")));
    }
};

// The bug: the first of them alone was judged. A webhook is nobody who chooses.
TEST(WorkerStartContest, WhatAWebhookHasDoesNotSpeakForTheOtherShards) {
    ContestedSet world;
    world.begin();

    world.find(ContestedSet::webhook(2) + "," + World::row(3, "Z"));

    const auto claim = world.take_request("PATCH", "/conduits/shards");
    EXPECT_EQ(claim.request.body.find(R"("id":"2")"), std::string::npos);
    EXPECT_NE(claim.request.body.find(R"("id":"3")"), std::string::npos);
    EXPECT_EQ(world.worker.status().held_by, "a webhook");
}

TEST(WorkerStartContest, AllWhoHaveTheShardsAreNamed) {
    ContestedSet world;
    world.begin();

    world.find(ContestedSet::rows("Y", "Z"),
               World::row(0, "X") + "," + World::row(1, "W") + "," + World::row(4, "V"));

    EXPECT_TRUE(world.has_logged("it is theirs now shard=2,3 session=Y,Z"));
}

TEST(WorkerStartContest, ShardsThatSeveralHaveChosenAreAllClaimedOnceMore) {
    ContestedSet world;
    world.begin();

    world.find(ContestedSet::rows("Y", "Z"));

    world.accept_both();
    EXPECT_EQ(world.worker.home(), (ShardSet{2, 3}));
    EXPECT_TRUE(world.gaps.empty());
}

// The bug: the first of several contests was the last.
TEST(WorkerStartContest, EachShardIsClaimedOnceMoreWheneverItIsChosen) {
    ContestedSet world;
    world.begin();
    world.find(ContestedSet::rows("Y", "A"));
    world.accept_both();

    world.find(ContestedSet::rows("Y", "Z"));

    EXPECT_TRUE(world.has_logged("it is theirs now shard=2 session=Y"));
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::accepted("A"));
    EXPECT_EQ(world.worker.home(), ShardSet{3});
}

}  // namespace
}  // namespace conduitd
