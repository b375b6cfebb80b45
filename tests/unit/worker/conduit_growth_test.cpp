#include "worker/conduit_searching.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

ConduitWish growing() {
    return {.id = "a", .shard_count = 6, .shards = {3}, .may_grow = true};
}

void come_to_grow(Searching& searching) {
    searching.list({{"a", 4}});
    searching.lock();
    searching.list({{"a", 4}});
    searching.session();
    searching.list({{"a", 4}});
    ASSERT_TRUE(searching.is<GrowConduit>());
}

TEST(ConduitGrowth, GrowsUnderTheLockWithASessionRightAfterAListing) {
    Searching searching(growing());
    come_to_grow(searching);
    EXPECT_EQ(searching.as<GrowConduit>().shard_count, 6U);
    searching.answer(good(body_of({{"a", 6}})));

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().shard_count, 6U);
    EXPECT_EQ(searching.as<ConduitFound>().fresh_shards, (ShardSet{4, 5}));
    EXPECT_FALSE(searching.search.wants_host_lock());
}

TEST(ConduitGrowth, WhatIsOutOfTheRangeOfTheGrownConduitIsRefusedBefore) {
    auto wish = growing();
    wish.shards = {6};
    Searching searching(wish);

    searching.list({{"a", 4}});

    EXPECT_TRUE(searching.is<CannotServe>());
}

// The session was lost before the answer, and another search follows.
TEST(ConduitGrowth, WhatWasMadeForASessionThatIsLostIsFreshForTheNext) {
    Searching searching(growing());
    come_to_grow(searching);

    searching.search.cancel();
    searching.step = searching.search.start();
    searching.list({{"a", 6}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().fresh_shards, (ShardSet{4, 5}));
}

TEST(ConduitGrowth, NeverShrinks) {
    Searching searching(growing());

    searching.list({{"a", 9}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().shard_count, 9U);
}

TEST(ConduitGrowth, WhatAnotherHasGrownMeanwhileIsNotOurs) {
    Searching searching(growing());
    searching.list({{"a", 4}});
    searching.lock();

    searching.list({{"a", 6}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
}

TEST(ConduitGrowth, UnansweredGrowthIsNotRepeatedWithoutAListing) {
    Searching searching(growing());
    come_to_grow(searching);

    searching.answer(failed(HelixError::unavailable));
    searching.wait();
    searching.list({{"a", 6}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().fresh_shards, (ShardSet{4, 5}));
}

TEST(ConduitGrowth, RefusedGrowthLeavesItWithTheShardsThereAre) {
    Searching searching(growing());
    come_to_grow(searching);

    searching.answer(failed(HelixError::invalid_request, "400 invalid shard count"));
    searching.list({{"a", 4}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().growth_refusal, "400 invalid shard count");
    EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
}

TEST(ConduitGrowth, RefusedGrowthIsSaidWhereTheShardIsOutsideTheRange) {
    auto wish = growing();
    wish.shards = {5};
    Searching searching(wish);
    come_to_grow(searching);

    searching.answer(failed(HelixError::invalid_request, "400 invalid shard count"));
    searching.list({{"a", 4}});

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_NE(searching.as<CannotServe>().why.find("400 invalid shard count"), std::string::npos);
}

TEST(ConduitGrowth, GrowthThatIsNotSeenIsTriedAFewTimes) {
    Searching searching(growing());
    come_to_grow(searching);

    int growths = 0;
    for (; growths < 10 && searching.is<GrowConduit>(); ++growths) {
        searching.answer(good("{}"));
        searching.list({{"a", 4}});
    }

    EXPECT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(growths, 3);
}

}  // namespace
}  // namespace conduitd
