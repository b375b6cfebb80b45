#include "worker/subscription_check.hpp"

#include "helix/error.hpp"
#include "worker/world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

constexpr auto list_path = "/eventsub/subscriptions?";

std::string subscription_row(std::string_view type, std::string_view conduit_id) {
    return fmt::format(
        R"({{"id":"s","type":"{}","status":"enabled","transport":{{"method":"conduit","conduit_id":"{}"}}}})",
        type, conduit_id);
}

std::string subscription_page(std::string_view rows, std::string_view cursor = {}) {
    return fmt::format(R"({{"data":[{}],"total":1,"pagination":{{"cursor":"{}"}}}})", rows, cursor);
}

std::string revocation_frame(std::string_view id) {
    return fmt::format(
        R"({{"metadata":{{"message_id":"{}","message_type":"revocation","message_timestamp":"2026-03-04T05:07:01Z","subscription_type":"conduit.shard.disabled","subscription_version":"1"}},"payload":{{"subscription":{{"status":"version_removed"}}}}}})",
        id);
}

// A worker that has shard 0.
class SubscriptionWorld : public World {
public:
    explicit SubscriptionWorld(bool ensures = false) : World(first_shard_options(ensures)) {
        worker.start(now);
        grant_token();
        list_conduits();
        key = welcome("A");
        answer(take_request("PATCH", "/conduits/shards"), 202,
               fmt::format(R"({{"data":[{}],"errors":[]}})", row(0, "A")));
    }

    static WorkerOptions first_shard_options(bool ensures) {
        auto options = default_options();
        options.conduit.shards = {0};
        options.ensures_shard_disabled = ensures;
        return options;
    }

    // Helix says of the one question that is asked for whether the subscription is there.
    void answer_search(bool is_there) {
        answer(take_request("GET", "type=conduit.shard.disabled"), 200,
               subscription_page(is_there ? subscription_row("conduit.shard.disabled", "conduit-1")
                                          : ""));
    }

    // Time passes, in which all is well, until it is asked for; and how long that took.
    Duration await_search(Duration limit) {
        const auto begin = now;
        while (now - begin < limit && !has_request("GET", "type=conduit.shard.disabled")) {
            keep_alive(key);
            answer_looks(row(0, "A"), 5);
            if (has_request("GET", "/conduits/shards"))
                answer(take_request("GET", "/conduits/shards"), 200,
                       R"({"data":[)" + row(0, "A") + R"(],"pagination":{}})");
        }
        return now - begin;
    }

    void revoke(std::string_view id) { frame(key, revocation_frame(id)); }

    SessionKey key{};
};

TEST(SubscriptionCheck, ConduitWithoutSubscriptionsIsHintedAtOnce) {
    SubscriptionWorld world;

    world.answer(world.take_request("GET", list_path), 200, subscription_page(""));

    EXPECT_TRUE(world.has_logged("the conduit has no subscriptions"));
    EXPECT_TRUE(world.has_logged(R"({"method":"conduit","conduit_id":"conduit-1"})"));
    EXPECT_FALSE(world.has_request("GET", list_path));
}

TEST(SubscriptionCheck, OneThatHasAnyIsNotHintedAt) {
    SubscriptionWorld world;

    world.answer(world.take_request("GET", "subscriptions?conduit_id=conduit-1"), 200,
                 subscription_page(subscription_row("stream.online", "conduit-1")));

    EXPECT_FALSE(world.has_logged("the conduit has no subscriptions"));
}

TEST(SubscriptionCheck, UnansweredQuestionIsNotAskedAgain) {
    SubscriptionWorld world;

    world.answer(world.take_request("GET", list_path), 400, "{}");
    world.advance(std::chrono::seconds(8));

    EXPECT_FALSE(world.has_request("GET", list_path));
    EXPECT_FALSE(world.has_logged("the conduit has no subscriptions"));
}

TEST(SubscriptionCheck, WorkersWithOtherShardsDoNotAsk) {
    World world;
    world.become_ready("A");

    EXPECT_FALSE(world.has_request("GET", list_path));
}

TEST(SubscriptionCheck, ReportsOfDeadShardsAreSubscribedToOnce) {
    SubscriptionWorld world(true);
    world.answer(
        world.take_request("GET", "subscriptions?type=conduit.shard.disabled"), 200,
        subscription_page(subscription_row("conduit.shard.disabled", "conduit-2"), "next"));
    world.answer(world.take_request("GET", "after=next"), 200, subscription_page(""));

    const auto creation = world.take_request("POST", "/eventsub/subscriptions");
    EXPECT_THAT(creation.request.body,
                AllOf(HasSubstr(R"("type":"conduit.shard.disabled","version":"1")"),
                      HasSubstr(R"("condition":{"client_id":"client","conduit_id":"conduit-1"})"),
                      HasSubstr(R"("transport":{"method":"conduit","conduit_id":"conduit-1"})")));
    world.answer(creation, 202, subscription_page(""));
    world.answer(world.take_request("GET", "conduit_id=conduit-1"), 200,
                 subscription_page(subscription_row("conduit.shard.disabled", "conduit-1")));

    EXPECT_TRUE(world.has_logged("subscribed to conduit.shard.disabled"));
    EXPECT_TRUE(world.has_logged("the conduit has no subscriptions"));
}

TEST(SubscriptionCheck, SubscriptionThatIsThereIsNotMadeAgain) {
    SubscriptionWorld world(true);

    world.answer(world.take_request("GET", "type=conduit.shard.disabled"), 200,
                 subscription_page(subscription_row("conduit.shard.disabled", "conduit-1")));

    EXPECT_FALSE(world.has_request("POST", "/eventsub/subscriptions"));
    EXPECT_TRUE(world.has_request("GET", "conduit_id=conduit-1"));
}

TEST(SubscriptionCheck, WhoComesSecondFindsTheSubscriptionOfTheFirst) {
    SubscriptionWorld world(true);
    world.answer(world.take_request("GET", "type=conduit.shard.disabled"), 200,
                 subscription_page(""));

    world.answer(world.take_request("POST", "/eventsub/subscriptions"), 409,
                 R"({"error":"Conflict","status":409,"message":"subscription already exists"})");
    world.answer(world.take_request("GET", "type=conduit.shard.disabled"), 200,
                 subscription_page(subscription_row("conduit.shard.disabled", "conduit-1")));

    EXPECT_FALSE(world.has_logged("cannot be subscribed"));
    EXPECT_FALSE(world.has_request("POST", "/eventsub/subscriptions"));
}

TEST(SubscriptionCheck, RefusalIsToldOnce) {
    SubscriptionWorld world(true);
    world.answer(world.take_request("GET", "type=conduit.shard.disabled"), 200,
                 subscription_page(""));
    world.answer(world.take_request("POST", "/eventsub/subscriptions"), 403, R"({"message":"no"})");
    world.answer(world.take_request("GET", "type=conduit.shard.disabled"), 200,
                 subscription_page(""));

    world.answer(world.take_request("GET", "conduit_id=conduit-1"), 200, subscription_page(""));

    EXPECT_TRUE(world.has_logged("cannot be subscribed to conduit.shard.disabled reason=403 no"));
    EXPECT_FALSE(world.has_request("POST", "/eventsub/subscriptions"));
}

// The bug: it was looked for at the start, and never again.
TEST(SubscriptionCheck, SubscriptionThatIsGoneLaterIsMadeAgain) {
    SubscriptionWorld world(true);
    world.answer_search(true);
    world.answer(world.take_request("GET", "conduit_id=conduit-1"), 200, subscription_page(""));

    EXPECT_GE(world.await_search(90min), 45min);
    world.answer_search(false);
    world.answer(world.take_request("POST", "/eventsub/subscriptions"), 202, subscription_page(""));

    EXPECT_TRUE(world.has_logged("subscribed to conduit.shard.disabled"));
    EXPECT_FALSE(world.has_request("GET", "conduit_id=conduit-1"));  // no second hint
    EXPECT_GE(world.await_search(90min), 45min);
    EXPECT_TRUE(world.has_request("GET", "type=conduit.shard.disabled"));
}

TEST(SubscriptionCheck, SubscriptionThatIsRevokedIsMadeAgainAtOnceButNotAgainAndAgain) {
    SubscriptionWorld world(true);
    world.answer_search(true);
    world.answer(world.take_request("GET", "conduit_id=conduit-1"), 200, subscription_page(""));
    world.await_search(15min);

    world.revoke("r1");
    world.advance(0s);
    world.answer_search(false);
    world.answer(world.take_request("POST", "/eventsub/subscriptions"), 202, subscription_page(""));
    world.revoke("r2");
    const auto waited = world.await_search(90min);

    EXPECT_GE(waited, 595s);
    EXPECT_LE(waited, 605s);
    EXPECT_EQ(world.forwarded.size(), 2U);
}

// Whoever is told of it need not have the first shard.
TEST(SubscriptionCheck, WhoReadsOfTheRevocationMakesItAgain) {
    auto options = World::default_options();
    options.ensures_shard_disabled = true;
    World world(std::move(options));
    const auto key = world.become_ready("A");

    world.frame(key, revocation_frame("r"));
    world.advance(0s);

    EXPECT_TRUE(world.has_request("GET", "type=conduit.shard.disabled"));
}

TEST(SubscriptionCheck, WhatIsToBeEnsuredIsAskedForAgainAfterAFailure) {
    SubscriptionWorld world(true);

    world.answer(world.take_request("GET", "type=conduit.shard.disabled"), 400, "{}");
    EXPECT_FALSE(world.has_request("GET", list_path));
    world.advance(std::chrono::seconds(2));

    EXPECT_TRUE(world.has_request("GET", "type=conduit.shard.disabled"));
}

}  // namespace
}  // namespace conduitd
