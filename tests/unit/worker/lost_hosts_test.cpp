#include "worker/parking_world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr auto gone = "websocket_disconnected";

class LostHostsWorld : public ParkingWorld {
public:
    void be_parked_with(std::string_view host) {
        answer_survey(row(3, "A") + "," + row(1, host));
        answer_patch(row(3, host));
    }

    // The bug: a host that stopped as well left a hole that nobody told.
    // The first one has the shard, and is found gone. Answers when the listing before was read.
    TimePoint lose_first_host() {
        be_told_to_stop();
        const auto listed_at = now;
        be_parked_with("H");
        advance(2s);
        answer_survey(row(3, "H", gone) + "," + row(2, "I"));
        return listed_at;
    }

    void expect_gap_since(TimePoint since) {
        ASSERT_EQ(gaps.size(), 1U);
        EXPECT_EQ(gaps[0].reason, GapReason::unserved);
        EXPECT_EQ(gaps[0].since, since);
        EXPECT_EQ(gaps[0].until, now);
        EXPECT_EQ(gaps[0].shards, (ShardSet{3}));
    }
};

TEST(WorkerLostHosts, TimeBetweenTwoHostsIsTold) {
    LostHostsWorld world;
    const auto listed_at = world.lose_first_host();
    EXPECT_TRUE(world.gaps.empty());
    world.advance(100ms);
    world.answer_patch(World::row(3, "I"));

    world.expect_gap_since(listed_at);
}

TEST(WorkerLostHosts, NextHostThatHasTakenItUnansweredEndsTheTime) {
    LostHostsWorld world;
    const auto listed_at = world.lose_first_host();

    world.answer(world.take_request("PATCH", "/conduits/shards"), 500, "");
    EXPECT_TRUE(world.gaps.empty());
    world.answer_survey(World::row(3, "I") + "," + World::row(2, "I"));

    world.expect_gap_since(listed_at);
}

// The bug: the call had its effect after the end, so that nobody found the shard dead.
TEST(WorkerLostHosts, CallThatIsNotAnsweredInTimeLeavesAGapWithoutAnEnd) {
    LostHostsWorld world;
    const auto listed_at = world.lose_first_host();

    world.advance(3s);

    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::unserved);
    EXPECT_EQ(world.gaps[0].since, listed_at);
    EXPECT_FALSE(world.gaps[0].until);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{3}));
}

// The bug: only that of a shard whose host had gone was told. This one was at our own session,
// which was closed before the call had its effect.
TEST(WorkerLostHosts, CallThatIsNotAnsweredLeavesAGapSinceOurSessionIsClosed) {
    LostHostsWorld world;
    world.be_told_to_stop();
    const auto give_up_at = world.now + 4500ms;
    world.advance(3s);
    world.answer_survey(World::row(3, "A") + "," + World::row(1, "H"));

    world.advance(2s);

    ASSERT_EQ(world.closes.size(), 1U);
    ASSERT_EQ(world.gaps.size(), 1U);
    EXPECT_EQ(world.gaps[0].reason, GapReason::unserved);
    EXPECT_EQ(world.gaps[0].since, give_up_at);
    EXPECT_FALSE(world.gaps[0].until);
    EXPECT_EQ(world.gaps[0].shards, (ShardSet{3}));
}

// Whoever claims it finds it dead.
TEST(WorkerLostHosts, WithoutAnotherHostItIsLeftToWhoeverComes) {
    LostHostsWorld world;
    const auto key = world.be_told_to_stop();
    world.be_parked_with("H");
    world.advance(2s);

    world.answer_survey(World::row(3, "H", gone) + "," + World::row(1, "H", gone));
    world.end(key, {.close_code = 1000});

    ASSERT_TRUE(world.stopped);
    EXPECT_TRUE(world.gaps.empty());
}

}  // namespace
}  // namespace conduitd
