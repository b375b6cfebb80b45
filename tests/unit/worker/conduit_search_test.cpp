#include "worker/conduit_searching.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ConduitSearch, TakesTheIdThatIsSet) {
    auto wish = automatic();
    wish.id = "b";
    Searching searching(wish);

    searching.list({{"a"}, {"b"}, {"c"}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().id, "b");
    EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
    EXPECT_FALSE(searching.search.wants_host_lock());
}

TEST(ConduitSearch, RefusesAnIdThatIsNotListed) {
    auto wish = automatic();
    wish.id = "b";
    Searching searching(wish);

    searching.list({{"a", 1}});

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::conduit_gone);
    EXPECT_NE(searching.as<CannotServe>().why.find("a (1 shard)"), std::string::npos);
}

TEST(ConduitSearch, TheIdThatIsSetWinsOverTheRememberedOne) {
    auto wish = automatic();
    wish.id = "b";
    Searching searching(wish);
    searching.search.recall("a");

    searching.list({{"a"}, {"b"}});

    EXPECT_EQ(searching.as<ConduitFound>().id, "b");
}

TEST(ConduitSearch, TakesTheOnlyOneAtOnceThatWasUsed) {
    for (const auto shards : {one_enabled, one_left, one_webhook}) {
        Searching searching(automatic());

        searching.list({{"a"}});
        searching.shards(shards);

        ASSERT_TRUE(searching.is<ConduitFound>()) << shards;
        EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
    }
}

// It may be about to be deleted by a worker that created it and lost.
TEST(ConduitSearch, WaitsBeforeItTakesOneThatWasNeverUsed) {
    for (const auto shards : {no_shards, one_without_transport, one_without_session}) {
        Searching searching(automatic());

        searching.list({{"a"}});
        searching.shards(shards);
        ASSERT_TRUE(searching.is<SearchPause>()) << shards;
        EXPECT_GT(searching.wait(), SearchOptions{}.settle);
        searching.list({{"a"}});

        EXPECT_TRUE(searching.is<ConduitFound>());
    }
}

// Its shards tell only whether to wait.
TEST(ConduitSearch, TakesTheOnlyOneThoughItsShardsCannotBeListed) {
    for (const auto& trouble : {failed(HelixError::not_found), good("<html>")}) {
        Searching searching(automatic());
        searching.list({{"a"}});

        searching.answer(trouble);
        searching.wait();
        searching.list({{"a"}});

        EXPECT_TRUE(searching.is<ConduitFound>());
    }
}

TEST(ConduitSearch, DeletesNothingWhileItsShardsCannotBeListed) {
    for (const auto& trouble : {failed(HelixError::unavailable), good("<html>")}) {
        Searching searching(automatic());
        searching.create("b");
        searching.wait();
        searching.list({{"a"}, {"b"}});

        searching.answer(trouble);
        searching.wait();
        searching.list({{"a"}, {"b"}});

        EXPECT_TRUE(searching.is<ListShards>());
    }
}

TEST(ConduitSearch, DoesNotTakeOneThatWentWhileItWaited) {
    Searching searching(automatic());
    searching.list({{"b"}});
    searching.shards(no_shards);
    searching.wait();

    searching.list({{"a"}});

    ASSERT_TRUE(searching.is<ListShards>());
    EXPECT_EQ(searching.as<ListShards>().conduit_id, "a");
}

TEST(ConduitSearch, RefusesAShardOutsideTheRange) {
    Searching searching(automatic());

    searching.list({{"a", 3}});
    searching.shards(one_enabled);

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::configuration);
    EXPECT_NE(searching.as<CannotServe>().why.find("0-2"), std::string::npos);
}

TEST(ConduitSearch, ListsSeveralAgainForTenSecondsBeforeItRefusesThem) {
    Searching searching(automatic());

    searching.list({{"b", 9}, {"a", 1}});
    int listings = 1;
    for (; listings < 100 && searching.is<SearchPause>(); ++listings) {
        EXPECT_LE(searching.wait(), milliseconds(2500));
        searching.list({{"b", 9}, {"a", 1}});
    }

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::configuration);
    EXPECT_NE(searching.as<CannotServe>().why.find("a (1 shard), b (9 shards)"), std::string::npos);
    EXPECT_EQ(searching.now, TimePoint(std::chrono::hours(1)) + seconds(10));
    EXPECT_LE(listings, 8);
}

TEST(ConduitSearch, SeveralOfWhichOneStaysAreSortedOut) {
    Searching searching(automatic());
    searching.list({{"b"}, {"a"}});
    searching.wait();

    searching.list({{"a"}});
    searching.shards(one_enabled);

    EXPECT_EQ(searching.as<ConduitFound>().id, "a");
}

TEST(ConduitSearch, TheRememberedOneWinsOverSeveral) {
    Searching searching(automatic());
    searching.search.recall("b");

    searching.list({{"a"}, {"b"}});

    EXPECT_EQ(searching.as<ConduitFound>().id, "b");
}

// A worker that starts again must not find the shard unbound for longer than it has to.
TEST(ConduitSearch, TheRememberedOneIsTakenWithoutALookAtItsShards) {
    Searching searching(automatic());
    searching.search.recall("a");

    searching.list({{"a"}});

    EXPECT_TRUE(searching.is<ConduitFound>());
}

TEST(ConduitSearch, RememberedOneThatIsGoneIsRefused) {
    for (const bool has_another : {false, true}) {
        Searching searching(automatic());
        searching.search.recall("b");

        has_another ? searching.list({{"a", 2}}) : searching.list({});

        ASSERT_TRUE(searching.is<CannotServe>());
        EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::conduit_gone);
        EXPECT_NE(searching.as<CannotServe>().why.find("conduit b"), std::string::npos);
        EXPECT_NE(searching.as<CannotServe>().why.find(has_another ? "a (2 shards)" : "has: none"),
                  std::string::npos);
    }
}

TEST(ConduitSearch, RememberedOneThatIsGoneIsCreatedAnewWhereThatIsAllowed) {
    auto wish = automatic();
    wish.may_recreate = true;
    Searching searching(wish);
    searching.search.recall("z");

    searching.create("b");
    searching.search.recall("z");
    searching.wait();
    searching.list({{"b"}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().id, "b");
    EXPECT_EQ(searching.as<ConduitFound>().gone, "z");
}

TEST(ConduitSearch, NullIsNoProofThatTheRememberedOneIsGone) {
    auto wish = automatic();
    wish.may_recreate = true;
    Searching searching(wish);
    searching.search.recall("z");

    searching.answer(good(R"({"data":null})"));

    EXPECT_TRUE(searching.is<SearchPause>());
}

TEST(ConduitSearch, RememberedOneThatIsGoneGivesWayToTheOnlyOtherWhereThatIsAllowed) {
    auto wish = automatic();
    wish.may_recreate = true;
    Searching searching(wish);
    searching.search.recall("z");

    searching.list({{"a"}});
    searching.shards(one_enabled);

    EXPECT_EQ(searching.as<ConduitFound>().id, "a");
}

TEST(ConduitSearch, WhatWasFoundIsRememberedByTheNextSearch) {
    Searching searching(automatic());
    searching.list({{"a"}});
    searching.shards(one_enabled);

    searching.step = searching.search.start();
    searching.list({{"a"}, {"b"}});

    EXPECT_EQ(searching.as<ConduitFound>().id, "a");
}

TEST(ConduitSearch, RefusedCredentialsEndItWhateverItAskedFor) {
    Searching searching(automatic());

    searching.answer(failed(HelixError::credentials_refused, "no"));

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::credentials_refused);
}

TEST(ConduitSearch, OutageOfHelixIsWaitedForWithoutTheLock) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();

    searching.answer(failed(HelixError::unavailable));

    ASSERT_TRUE(searching.is<SearchPause>());
    EXPECT_TRUE(searching.as<SearchPause>().is_trouble);
    EXPECT_FALSE(searching.search.wants_host_lock());
    searching.wait();
    EXPECT_TRUE(searching.is<ListConduits>());
}

TEST(ConduitSearch, RateLimitIsWaitedFor) {
    Searching searching(automatic());
    auto limited = failed(HelixError::unavailable);
    limited.points_at = searching.now + seconds(40);

    searching.answer(limited);

    EXPECT_GE(searching.wait(), seconds(40));
}

TEST(ConduitSearch, HostileListingOfManyIsNamedInPart) {
    std::string entries;
    for (int i = 0; i < 5000; ++i) {
        entries += fmt::format(R"({}{{"id":"c{:04}\n\u001b","shard_count":1}})",
                               entries.empty() ? "" : ",", i);
    }
    auto wish = automatic();
    wish.id = "wanted";
    Searching searching(wish);

    searching.answer(good(R"({"data":[)" + entries + "]}"));

    const auto& why = searching.as<CannotServe>().why;
    EXPECT_NE(why.find("and 4990 more"), std::string::npos);
    EXPECT_EQ(why.find('\n'), std::string::npos);
    EXPECT_EQ(why.find('\x1b'), std::string::npos);
    EXPECT_LT(why.size(), 1000U);
}

TEST(ConduitSearch, AnIdThatIsListedTwiceIsOneConduit) {
    Searching searching(automatic());

    searching.list({{"a"}, {"a"}});

    EXPECT_TRUE(searching.is<ListShards>());
}

TEST(ConduitSearch, EmptyIdIsNoAnswer) {
    Searching searching(automatic());

    searching.list({{""}});

    EXPECT_LE(searching.wait(), SearchOptions{}.retry_min);
    EXPECT_TRUE(searching.is<ListConduits>());
}

TEST(ConduitSearch, CountThatNobodyAskedForMakesNoHugeSet) {
    Searching searching(automatic());
    searching.create("a");
    searching.wait();

    searching.list({{"a", 4'000'000'000U}});

    EXPECT_EQ(searching.as<ConduitFound>().fresh_shards.size(), 4U);
}

TEST(ConduitSearch, CancelledItWaitsForNothing) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();

    searching.search.cancel();

    EXPECT_EQ(searching.search.deadline(), never);
    EXPECT_FALSE(searching.search.wants_host_lock());
}

}  // namespace
}  // namespace conduitd
