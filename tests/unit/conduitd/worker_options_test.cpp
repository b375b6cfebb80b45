#include "conduitd/worker_options.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using Shard = Config::ShardSettings;

TEST(WorkerOptions, NothingSetWishesForAnyShardAndWaitsForIt) {
    const auto wish = worker_options({}, {}).conduit;

    EXPECT_TRUE(wish.id.empty());
    EXPECT_TRUE(wish.shards.empty());
    EXPECT_FALSE(wish.preferred);
    EXPECT_EQ(wish.when_full, WhenFull::wait);
    EXPECT_EQ(wish.when_superseded, WhenSuperseded::stand_by);
}

TEST(WorkerOptions, WishIsAsTheSettingsSay) {
    Config config;
    config.conduit = {.id = "c0ffee", .shard_count = 8};
    config.shard.ids = {4, 5};
    config.shard.when_full = Shard::WhenFull::grow;
    config.shard.max = 32;
    config.shard.when_superseded = Shard::WhenSuperseded::exit;

    const auto wish = worker_options(config, {}).conduit;

    EXPECT_EQ(wish.id, "c0ffee");
    EXPECT_EQ(wish.shard_count, 8U);
    EXPECT_EQ(wish.shards, (ShardSet{4, 5}));
    EXPECT_EQ(wish.when_full, WhenFull::grow);
    EXPECT_EQ(wish.shard_max, 32U);
    EXPECT_EQ(wish.when_superseded, WhenSuperseded::exit);

    EXPECT_TRUE(worker_options({}, {}).home.parks);
    EXPECT_FALSE(worker_options({}, {}).ensures_shard_disabled);
    config.drain.parks = false;
    config.subscriptions.shard_disabled = true;
    EXPECT_FALSE(worker_options(config, {}).home.parks);
    EXPECT_TRUE(worker_options(config, {}).ensures_shard_disabled);

    config.shard.when_full = Shard::WhenFull::exit;
    EXPECT_EQ(worker_options(config, {}).conduit.when_full, WhenFull::exit);
}

}  // namespace
}  // namespace conduitd
