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
    NeverBound::Found note(const Listing& listing, TimePoint at) {
        return never_bound_.note(listing, at, at);
    }

    NeverBound never_bound_;
    TimePoint start_{1h};
};

TEST_F(NeverBoundTest, ToldWhenTwoListingsAWhileApartLackThem) {
    const auto listing = listing_of(4, {"0", "2"});

    EXPECT_TRUE(note(listing, start_).empty());
    EXPECT_TRUE(note(listing, start_ + NeverBound::patience - 1ms).empty());

    EXPECT_EQ(note(listing, start_ + NeverBound::patience),
              (NeverBound::Found{{1, start_}, {3, start_}}));
}

TEST_F(NeverBoundTest, ClaimedBetweenIsNotToldOf) {
    EXPECT_TRUE(note(listing_of(3, {"0"}), start_).empty());
    EXPECT_TRUE(note(listing_of(3, {"0", "1"}), start_ + 10s).empty());

    EXPECT_EQ(note(listing_of(3, {"0"}), start_ + NeverBound::patience),
              (NeverBound::Found{{2, start_}}));
}

// The bug: it counted from the first listing that showed it, and may have been made right behind
// the one before.
TEST_F(NeverBoundTest, MadeLaterWaitsForItsOwnPatienceAndCountsFromTheListingBefore) {
    EXPECT_TRUE(note(listing_of(1, {"0"}), start_).empty());
    EXPECT_TRUE(note(listing_of(2, {"0"}), start_ + 30s).empty());

    EXPECT_EQ(note(listing_of(2, {"0"}), start_ + 30s + NeverBound::patience),
              (NeverBound::Found{{1, start_}}));
}

TEST_F(NeverBoundTest, ToldOnceInAPatience) {
    const auto listing = listing_of(2, {"0"});
    EXPECT_TRUE(note(listing, start_).empty());
    EXPECT_FALSE(note(listing, start_ + NeverBound::patience).empty());

    EXPECT_TRUE(note(listing, start_ + NeverBound::patience + 5s).empty());
    EXPECT_EQ(note(listing, start_ + 2 * NeverBound::patience), (NeverBound::Found{{1, start_}}));
}

TEST_F(NeverBoundTest, WhatOthersHadAndLostIsNotNeverBound) {
    ShardPage page;
    page.shards.push_back({"0", "websocket_disconnected", "websocket", "S"});
    Listing listing(1);
    listing.add(page, std::nullopt, {});

    EXPECT_TRUE(note(listing, start_).empty());
    EXPECT_TRUE(note(listing, start_ + NeverBound::patience).empty());
}

}  // namespace
}  // namespace conduitd
