#include "worker/parking_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view left_behind =
    "the shard is left without a session until somebody comes for it shard=3";

// What the log says of a shard that could not be parked: why, and never that nobody is there.
class ParkingFailureTest : public testing::Test {
protected:
    void be_told_to_stop_beside_another() {
        world.be_told_to_stop();
        world.answer_survey(both);
    }

    void expect_told(std::string_view why) {
        const auto lines = std::ranges::count_if(world.log, [](const std::string& line) {
            return line.find(left_behind) != std::string::npos;
        });
        EXPECT_EQ(lines, 1);
        EXPECT_TRUE(world.has_logged(why));
        EXPECT_FALSE(world.has_logged("no other worker is there"));
        EXPECT_FALSE(world.closes.empty());
    }

    const std::string both = World::row(3, "A") + "," + World::row(1, "H");
    ParkingWorld world;
};

TEST_F(ParkingFailureTest, RefusedEntryIsTold) {
    be_told_to_stop_beside_another();
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202, World::rejected());
    world.answer_survey(both);

    expect_told("could not be parked shard=3 session=H reason=the session is not connected");
    expect_told("reason=no other worker could be given it");
}

TEST_F(ParkingFailureTest, WhatWasTakenOfACallThatWasRefusedInPartIsTold) {
    world.be_told_to_stop();
    world.answer_survey(World::row(0, "A") + "," + both);
    world.answer(world.take_request("PATCH", "/conduits/shards"), 202,
                 fmt::format(R"({{"data":[{}],"errors":[{{"id":"0","message":"no"}}]}})",
                             World::row(3, "H")));

    EXPECT_TRUE(world.has_logged(
        "parked: another worker keeps the shard until somebody comes for it shard=3 session=H"));
}

TEST_F(ParkingFailureTest, FailedCallIsTold) {
    be_told_to_stop_beside_another();
    world.answer(world.take_request("PATCH", "/conduits/shards"), 500, "{}");
    world.answer_survey(both);

    expect_told("could not be parked shard=3 session=H reason=");
}

TEST_F(ParkingFailureTest, CallThatIsNotAnsweredIsTold) {
    be_told_to_stop_beside_another();
    world.advance(2s);
    world.fail(world.take_request("PATCH", "/conduits/shards"));
    world.answer_survey(both);

    expect_told("could not be parked shard=3 session=H reason=");
}

TEST_F(ParkingFailureTest, ListingThatIsNotAnsweredIsTold) {
    world.be_told_to_stop();
    world.advance(5s);

    expect_told("reason=the shards were not listed in time");
}

TEST_F(ParkingFailureTest, ListingThatIsRefusedIsTold) {
    world.be_told_to_stop();
    for (int i = 0; i < 30 && world.closes.empty(); ++i) {
        if (world.has_survey()) world.answer(world.take_survey(), 404, "{}");
        world.advance(100ms);
    }

    expect_told(left_behind);
}

}  // namespace
}  // namespace conduitd
