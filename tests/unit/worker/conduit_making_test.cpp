#include "worker/conduit_searching.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(ConduitMaking, CreatesUnderTheHostsLockOnceTheListIsStillEmpty) {
    Searching searching(automatic());

    searching.list({});
    searching.lock();
    searching.list({});

    ASSERT_TRUE(searching.is<CreateConduit>());
    EXPECT_EQ(searching.as<CreateConduit>().shard_count, 4U);
    EXPECT_TRUE(searching.search.wants_host_lock());
}

TEST(ConduitMaking, FindsWhatAnotherOfTheHostHasCreated) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();

    searching.list({{"a"}});

    EXPECT_TRUE(searching.is<ListShards>());
    EXPECT_FALSE(searching.search.wants_host_lock());
}

TEST(ConduitMaking, LetsItsCreationSettleWithoutTheLock) {
    Searching searching(automatic());

    searching.create("a");
    ASSERT_TRUE(searching.is<SearchPause>());
    EXPECT_FALSE(searching.as<SearchPause>().is_trouble);
    EXPECT_FALSE(searching.search.wants_host_lock());
    EXPECT_EQ(searching.wait(), SearchOptions{}.settle);
    searching.list({{"a"}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_TRUE(searching.as<ConduitFound>().is_created);
    EXPECT_EQ(searching.as<ConduitFound>().fresh_shards, (ShardSet{0, 1, 2, 3}));
}

TEST(ConduitMaking, KeepsItsCreationWhenThatHasTheSmallestId) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();

    searching.list({{"d"}, {"b"}, {"c"}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().id, "b");
}

TEST(ConduitMaking, DeletesItsCreationWhenAnotherHasASmallerId) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();

    searching.list({{"b"}, {"a"}});
    ASSERT_TRUE(searching.is<ListShards>());
    EXPECT_EQ(searching.as<ListShards>().conduit_id, "b");
    searching.shards(no_shards);
    ASSERT_TRUE(searching.is<DeleteConduit>());
    EXPECT_EQ(searching.as<DeleteConduit>().id, "b");
    searching.answer(good(""));
    searching.list({{"a"}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().id, "a");
    EXPECT_FALSE(searching.as<ConduitFound>().is_created);
    EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
}

TEST(ConduitMaking, NeverDeletesACreationThatSomebodyUses) {
    for (const auto shards : {one_enabled, one_left, one_webhook}) {
        Searching searching(automatic());
        searching.create("b");
        searching.wait();
        searching.list({{"a"}, {"b"}});

        searching.shards(shards);

        for (int i = 0; i < 20 && searching.is<SearchPause>(); ++i) {
            searching.wait();
            searching.list({{"a"}, {"b"}});
        }
        ASSERT_TRUE(searching.is<CannotServe>()) << shards;
    }
}

TEST(ConduitMaking, LooksAtAllPagesBeforeItDeletes) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();
    searching.list({{"a"}, {"b"}});

    searching.shards(R"({"data":[],"pagination":{"cursor":"next"}})");
    ASSERT_TRUE(searching.is<ListShards>());
    EXPECT_EQ(searching.as<ListShards>().cursor, "next");
    searching.shards(one_enabled);

    EXPECT_FALSE(searching.is<DeleteConduit>());
}

// A cursor that comes again would go on forever.
TEST(ConduitMaking, DoesNotDeleteWhatItCannotSeeToTheEnd) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();
    searching.list({{"a"}, {"b"}});

    for (int i = 0; i < 3000 && searching.is<ListShards>(); ++i) {
        searching.shards(R"({"data":[],"pagination":{"cursor":"same"}})");
    }

    EXPECT_TRUE(searching.is<SearchPause>());
}

TEST(ConduitMaking, UnansweredDeletionIsFollowedByAListing) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();
    searching.list({{"a"}, {"b"}});
    searching.shards(no_shards);

    searching.answer(failed(HelixError::unavailable));
    searching.wait();
    searching.list({{"a"}});

    EXPECT_EQ(searching.as<ConduitFound>().id, "a");
}

TEST(ConduitMaking, UnansweredCreationIsFollowedByAListing) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();
    searching.list({});

    searching.answer(failed(HelixError::unavailable));

    ASSERT_TRUE(searching.is<SearchPause>());
    EXPECT_TRUE(searching.search.wants_host_lock());
    EXPECT_GE(searching.wait(), SearchOptions{}.settle);
    ASSERT_TRUE(searching.is<ListConduits>());
    searching.list({{"a"}});
    // Whose it is cannot be known.
    searching.shards(no_shards);
    searching.wait();
    searching.list({{"a"}});
    EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
}

TEST(ConduitMaking, CreationThatIsNotListedIsWaitedForAndThenForgotten) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();

    for (int i = 0; i < 20 && searching.is<ListConduits>(); ++i) {
        searching.list({});
        if (searching.is<SearchPause>()) searching.wait();
    }

    EXPECT_TRUE(searching.is<AwaitHostLock>());
    EXPECT_GE(searching.now - TimePoint(std::chrono::hours(1)), SearchOptions{}.several_limit);
}

TEST(ConduitMaking, LimitOfConduitsAfterAnEmptyListIsARace) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();
    searching.list({});

    searching.answer(failed(HelixError::limit_reached, "429 conduit limit reached"));
    searching.wait();
    searching.list({{"a"}});
    searching.shards(one_enabled);

    EXPECT_EQ(searching.as<ConduitFound>().id, "a");
}

TEST(ConduitMaking, LimitOfConduitsThatStaysWithAnEmptyListIsRefused) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();
    searching.list({});

    int creations = 0;
    for (; creations < 10 && searching.is<CreateConduit>(); ++creations) {
        searching.answer(failed(HelixError::limit_reached, "429 conduit limit reached"));
        if (!searching.is<SearchPause>()) break;
        searching.wait();
        searching.list({});
    }

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_NE(searching.as<CannotServe>().why.find("429 conduit limit reached"), std::string::npos);
    EXPECT_LT(creations, 5);
}

TEST(ConduitMaking, RefusedCreationIsNotRepeated) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();
    searching.list({});

    searching.answer(failed(HelixError::invalid_request, "400 invalid shard count"));

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::configuration);
    EXPECT_FALSE(searching.search.wants_host_lock());
}

TEST(ConduitMaking, CreatesNothingThatWouldNotHaveTheShard) {
    auto wish = automatic();
    wish.shard_count = 3;
    Searching searching(wish);

    searching.list({});

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::configuration);
}

}  // namespace
}  // namespace conduitd
