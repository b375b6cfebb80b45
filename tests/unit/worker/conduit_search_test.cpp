#include "worker/conduit_search.hpp"

#include "helix/error.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <string_view>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Listed {
    std::string id;
    std::uint32_t shards = 4;
};

Completion good(std::string body) {
    return {1, HttpResponse{.status = 200, .headers = {}, .body = std::move(body)}, {}};
}

Completion failed(HelixError error, std::string reason = "it failed") {
    return {1, ErrorCode(error), std::move(reason)};
}

std::string body_of(std::initializer_list<Listed> conduits) {
    std::string entries;
    for (const auto& conduit : conduits) {
        entries += fmt::format(R"({}{{"id":"{}","shard_count":{}}})", entries.empty() ? "" : ",",
                               conduit.id, conduit.shards);
    }
    return R"({"data":[)" + entries + "]}";
}

constexpr std::string_view no_shards = R"({"data":[],"pagination":{}})";
constexpr std::string_view one_enabled =
    R"({"data":[{"id":"0","status":"enabled","transport":{"method":"websocket","session_id":"A"}}],)"
    R"("pagination":{}})";
constexpr std::string_view one_left =
    R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{"method":"websocket",)"
    R"("session_id":"A"}}],"pagination":{}})";
constexpr std::string_view one_without_transport =
    R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{}}],"pagination":{}})";
constexpr std::string_view one_without_session =
    R"({"data":[{"id":"0","status":"websocket_disconnected","transport":{"method":"websocket",)"
    R"("session_id":""}}],"pagination":{}})";
constexpr std::string_view one_webhook =
    R"({"data":[{"id":"0","status":"webhook_callback_verification_pending","transport":)"
    R"({"method":"webhook","callback":"https://hooks.example"}}],"pagination":{}})";

// A search, and what it last asked for.
class Searching {
public:
    explicit Searching(ConduitWish wish) : search(std::move(wish), SearchOptions{}, Random(7)) {
        step = search.start();
    }

    template <class Step>
    [[nodiscard]] bool is() const {
        return std::holds_alternative<Step>(step);
    }
    template <class Step>
    [[nodiscard]] const Step& as() const {
        return std::get<Step>(step);
    }

    void list(std::initializer_list<Listed> conduits) {
        ASSERT_TRUE(is<ListConduits>());
        step = search.on_answer(good(body_of(conduits)), now);
    }
    void shards(std::string_view body) {
        ASSERT_TRUE(is<ListShards>());
        step = search.on_answer(good(std::string(body)), now);
    }
    void answer(const Completion& completion) { step = search.on_answer(completion, now); }
    void lock() {
        ASSERT_TRUE(is<AwaitHostLock>());
        ASSERT_TRUE(search.wants_host_lock());
        step = search.on_host_locked();
    }
    // Passes the pause that it asked for; answers its length.
    Duration wait() {
        const auto length = search.deadline() - now;
        EXPECT_TRUE(is<SearchPause>());
        now = search.deadline();
        step = search.on_deadline();
        return length;
    }
    // An account without conduits, until ours is created.
    void create(std::string id) {
        list({});
        lock();
        list({});
        ASSERT_TRUE(is<CreateConduit>());
        answer(good(body_of({{std::move(id)}})));
    }

    TimePoint now{std::chrono::hours(1)};
    ConduitSearch search;
    SearchStep step;
};

ConduitWish automatic() {
    return {.shard_count = 4, .shards = {3}};
}

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

TEST(ConduitSearch, CreatesUnderTheHostsLockOnceTheListIsStillEmpty) {
    Searching searching(automatic());

    searching.list({});
    searching.lock();
    searching.list({});

    ASSERT_TRUE(searching.is<CreateConduit>());
    EXPECT_EQ(searching.as<CreateConduit>().shard_count, 4U);
    EXPECT_TRUE(searching.search.wants_host_lock());
}

TEST(ConduitSearch, FindsWhatAnotherOfTheHostHasCreated) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();

    searching.list({{"a"}});

    EXPECT_TRUE(searching.is<ListShards>());
    EXPECT_FALSE(searching.search.wants_host_lock());
}

TEST(ConduitSearch, LetsItsCreationSettleWithoutTheLock) {
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

TEST(ConduitSearch, KeepsItsCreationWhenThatHasTheSmallestId) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();

    searching.list({{"d"}, {"b"}, {"c"}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().id, "b");
}

TEST(ConduitSearch, DeletesItsCreationWhenAnotherHasASmallerId) {
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

TEST(ConduitSearch, NeverDeletesACreationThatSomebodyUses) {
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

TEST(ConduitSearch, LooksAtAllPagesBeforeItDeletes) {
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
TEST(ConduitSearch, DoesNotDeleteWhatItCannotSeeToTheEnd) {
    Searching searching(automatic());
    searching.create("b");
    searching.wait();
    searching.list({{"a"}, {"b"}});

    for (int i = 0; i < 3000 && searching.is<ListShards>(); ++i) {
        searching.shards(R"({"data":[],"pagination":{"cursor":"same"}})");
    }

    EXPECT_TRUE(searching.is<SearchPause>());
}

TEST(ConduitSearch, UnansweredDeletionIsFollowedByAListing) {
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

TEST(ConduitSearch, UnansweredCreationIsFollowedByAListing) {
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

TEST(ConduitSearch, CreationThatIsNotListedIsWaitedForAndThenForgotten) {
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

TEST(ConduitSearch, LimitOfConduitsAfterAnEmptyListIsARace) {
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

TEST(ConduitSearch, LimitOfConduitsThatStaysWithAnEmptyListIsRefused) {
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

TEST(ConduitSearch, RefusedCreationIsNotRepeated) {
    Searching searching(automatic());
    searching.list({});
    searching.lock();
    searching.list({});

    searching.answer(failed(HelixError::invalid_request, "400 invalid shard count"));

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::configuration);
    EXPECT_FALSE(searching.search.wants_host_lock());
}

TEST(ConduitSearch, CreatesNothingThatWouldNotHaveTheShard) {
    auto wish = automatic();
    wish.shard_count = 3;
    Searching searching(wish);

    searching.list({});

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_EQ(searching.as<CannotServe>().code, ExitCode::configuration);
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

ConduitWish growing() {
    return {.id = "a", .shard_count = 6, .shards = {3}, .may_grow = true};
}

TEST(ConduitSearch, GrowsUnderTheLockRightAfterAListingAndReadsBack) {
    Searching searching(growing());

    searching.list({{"a", 4}});
    searching.lock();
    searching.list({{"a", 4}});
    ASSERT_TRUE(searching.is<GrowConduit>());
    EXPECT_EQ(searching.as<GrowConduit>().shard_count, 6U);
    searching.answer(good(body_of({{"a", 6}})));
    searching.list({{"a", 6}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().shard_count, 6U);
    EXPECT_EQ(searching.as<ConduitFound>().fresh_shards, (ShardSet{4, 5}));
    EXPECT_FALSE(searching.search.wants_host_lock());
}

TEST(ConduitSearch, NeverShrinks) {
    Searching searching(growing());

    searching.list({{"a", 9}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().shard_count, 9U);
}

TEST(ConduitSearch, WhatAnotherHasGrownMeanwhileIsNotOurs) {
    Searching searching(growing());
    searching.list({{"a", 4}});
    searching.lock();

    searching.list({{"a", 6}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
}

TEST(ConduitSearch, UnansweredGrowthIsNotRepeatedWithoutAListing) {
    Searching searching(growing());
    searching.list({{"a", 4}});
    searching.lock();
    searching.list({{"a", 4}});

    searching.answer(failed(HelixError::unavailable));
    searching.wait();
    searching.list({{"a", 6}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().fresh_shards, (ShardSet{4, 5}));
}

TEST(ConduitSearch, RefusedGrowthLeavesItWithTheShardsThereAre) {
    Searching searching(growing());
    searching.list({{"a", 4}});
    searching.lock();
    searching.list({{"a", 4}});

    searching.answer(failed(HelixError::invalid_request, "400 invalid shard count"));
    searching.list({{"a", 4}});

    ASSERT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(searching.as<ConduitFound>().growth_refusal, "400 invalid shard count");
    EXPECT_TRUE(searching.as<ConduitFound>().fresh_shards.empty());
}

TEST(ConduitSearch, RefusedGrowthIsSaidWhereTheShardIsOutsideTheRange) {
    auto wish = growing();
    wish.shards = {5};
    Searching searching(wish);
    searching.list({{"a", 4}});
    searching.lock();
    searching.list({{"a", 4}});

    searching.answer(failed(HelixError::invalid_request, "400 invalid shard count"));
    searching.list({{"a", 4}});

    ASSERT_TRUE(searching.is<CannotServe>());
    EXPECT_NE(searching.as<CannotServe>().why.find("400 invalid shard count"), std::string::npos);
}

TEST(ConduitSearch, GrowthThatIsNotSeenIsTriedAFewTimes) {
    Searching searching(growing());
    searching.list({{"a", 4}});
    searching.lock();
    searching.list({{"a", 4}});

    int growths = 0;
    for (; growths < 10 && searching.is<GrowConduit>(); ++growths) {
        searching.answer(good(body_of({{"a", 6}})));
        searching.list({{"a", 4}});
    }

    EXPECT_TRUE(searching.is<ConduitFound>());
    EXPECT_EQ(growths, 3);
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
