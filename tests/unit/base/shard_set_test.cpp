#include "base/shard_set.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(ShardSet, HasEachOnceInOrder) {
    const ShardSet shards{5, 0, 2, 5};

    EXPECT_EQ(std::vector<std::uint32_t>(shards.begin(), shards.end()),
              (std::vector<std::uint32_t>{0, 2, 5}));
    EXPECT_EQ(shards.lowest(), 0U);
    EXPECT_EQ(shards.highest(), 5U);
    EXPECT_TRUE(shards.contains(2));
    EXPECT_FALSE(shards.contains(3));
}

TEST(ShardSet, TextIsThatOfTheSetting) {
    EXPECT_EQ(ShardSet{}.text(), "");
    EXPECT_EQ(ShardSet{3}.text(), "3");
    EXPECT_EQ((ShardSet{4, 5, 6, 7}.text()), "4-7");
    EXPECT_EQ((ShardSet{0, 2, 5, 6, 7}.text()), "0,2,5-7");
    EXPECT_EQ((ShardSet{0, 1, 3, 4}.text()), "0,1,3,4");
}

TEST(ShardSet, OthersAreAddedAndTakenAway) {
    ShardSet shards{1, 3};

    shards.insert({2, 3, 9});
    EXPECT_EQ(shards.text(), "1-3,9");
    shards.erase({1, 9, 7});
    EXPECT_EQ(shards, (ShardSet{2, 3}));
}

TEST(ShardSet, FirstOnesAreABatch) {
    EXPECT_EQ((ShardSet{4, 5, 9}.first(2)), (ShardSet{4, 5}));
    EXPECT_EQ((ShardSet{4, 5, 9}.first(100)), (ShardSet{4, 5, 9}));
}

}  // namespace
}  // namespace conduitd
