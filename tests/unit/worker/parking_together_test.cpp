#include "worker/parking_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::HasSubstr;

// A worker that has left shard 3 to B, which stops as well and leaves its shard 1 to us; S stays.
class ParkingTogetherWorld : public ParkingWorld {
public:
    ParkingTogetherWorld() : key(be_told_to_stop()) {
        answer_survey(row(3, "A") + "," + row(1, "B"));
        answer_patch(row(3, "B"));
    }

    static std::string with_guest() { return row(3, "B") + "," + row(1, "A") + "," + row(0, "S"); }
    static std::string without() { return row(3, "B") + "," + row(1, "S") + "," + row(0, "S"); }

    TimePoint told_at = now;
    SessionKey key;
};

// The bug: while messages came the listing was not read again until the time was over, and what had
// been left to us ended with our session.
TEST(WorkerParkingTogether, ShardThatComesWhileWeLeaveIsLeftToOneThatStays) {
    ParkingTogetherWorld world;

    world.read_for(1s, world.key);
    world.answer_survey(ParkingTogetherWorld::with_guest());
    const auto body = world.answer_patch(World::row(1, "S"));
    EXPECT_TRUE(world.closes.empty());
    world.advance(2s);
    world.answer_survey(ParkingTogetherWorld::without());

    EXPECT_THAT(body, AllOf(HasSubstr(R"("id":"1")"), HasSubstr(R"("session_id":"S")")));
    EXPECT_THAT(world.closes, Contains(world.key));
    EXPECT_LE(world.now - world.told_at, 3100ms);
    EXPECT_TRUE(world.gaps.empty());
}

TEST(WorkerParkingTogether, QuietShardThatCameIsLeftToOneThatStays) {
    ParkingTogetherWorld world;

    world.advance(2s);
    world.answer_survey(ParkingTogetherWorld::with_guest());

    EXPECT_THAT(world.answer_patch(World::row(1, "S")), HasSubstr(R"("session_id":"S")"));
}

TEST(WorkerParkingTogether, WhatWasOnItsWayIsNoReasonToLookAgain) {
    ParkingTogetherWorld world;

    world.read_for(500ms, world.key);
    world.advance(1800ms);

    EXPECT_FALSE(world.has_survey());
}

// One that never ends is looked at once in a second, and left in time.
TEST(WorkerParkingTogether, ShardThatOnlyLeavingOnesCouldHaveIsReadAsLongAsThereIsTime) {
    ParkingTogetherWorld world;
    unsigned looks = 0;

    while (world.closes.empty() && world.now < world.told_at + 10s) {
        world.read_for(100ms, world.key);
        if (!world.has_survey()) continue;
        ++looks;
        world.answer_survey(World::row(3, "B") + "," + World::row(1, "A"));
    }

    EXPECT_EQ(looks, 4U);
    EXPECT_FALSE(world.has_request("PATCH", "/conduits/shards"));
    EXPECT_LE(world.now - world.told_at, 4600ms);
    EXPECT_TRUE(world.has_logged("no other worker is there to keep the shard"));
}

TEST(WorkerParkingTogether, OneThatComesWhileWeReadOnIsGivenTheShard) {
    ParkingTogetherWorld world;
    world.read_for(1s, world.key);
    world.answer_survey(World::row(3, "B") + "," + World::row(1, "A"));

    world.read_for(1s, world.key);
    world.answer_survey(ParkingTogetherWorld::with_guest());

    EXPECT_THAT(world.answer_patch(World::row(1, "S")), HasSubstr(R"("session_id":"S")"));
}

}  // namespace
}  // namespace conduitd
