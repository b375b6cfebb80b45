#include "worker/never_bound.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

Listing listing_of(std::uint32_t shard_count, const std::vector<std::string>& bound) {
    ShardPage page;
    for (const auto& id : bound) page.shards.push_back({id, "enabled", "websocket", "S" + id});
    Listing listing(shard_count);
    listing.add(page, std::nullopt, {});
    return listing;
}

class NeverBoundTest : public testing::Test {
protected:
    NeverBound never_bound_;
    TimePoint start_{1h};
};

TEST_F(NeverBoundTest, ToldWhenTwoListingsAWhileApartLackThem) {
    const auto listing = listing_of(4, {"0", "2"});

    EXPECT_FALSE(never_bound_.note(listing, start_));
    EXPECT_FALSE(never_bound_.note(listing, start_ + NeverBound::patience - 1ms));
    const auto found = never_bound_.note(listing, start_ + NeverBound::patience);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->shards, (ShardSet{1, 3}));
    EXPECT_EQ(found->since, start_);
}

TEST_F(NeverBoundTest, ClaimedBetweenIsNotToldOf) {
    EXPECT_FALSE(never_bound_.note(listing_of(3, {"0"}), start_));
    EXPECT_FALSE(never_bound_.note(listing_of(3, {"0", "1"}), start_ + 10s));
    const auto found = never_bound_.note(listing_of(3, {"0"}), start_ + NeverBound::patience);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->shards, (ShardSet{2}));
}

TEST_F(NeverBoundTest, MadeLaterWaitsForItsOwnPatience) {
    EXPECT_FALSE(never_bound_.note(listing_of(1, {"0"}), start_));
    EXPECT_FALSE(never_bound_.note(listing_of(2, {"0"}), start_ + NeverBound::patience));
    const auto found = never_bound_.note(listing_of(2, {"0"}), start_ + 2 * NeverBound::patience);

    ASSERT_TRUE(found);
    EXPECT_EQ(found->shards, (ShardSet{1}));
    EXPECT_EQ(found->since, start_ + NeverBound::patience);
}

TEST_F(NeverBoundTest, WhatOthersHadAndLostIsNotNeverBound) {
    ShardPage page;
    page.shards.push_back({"0", "websocket_disconnected", "websocket", "S"});
    Listing listing(1);
    listing.add(page, std::nullopt, {});

    EXPECT_FALSE(never_bound_.note(listing, start_));
    EXPECT_FALSE(never_bound_.note(listing, start_ + NeverBound::patience));
}

}  // namespace
}  // namespace conduitd
