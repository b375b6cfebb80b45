#include "twitch_sim/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::HasSubstr;

// Two shards, and a subscription to news of them.
struct ShardNews : testing::Test {
    ShardNews() {
        conduit = driver.make_conduit(2, {kept, lost});
        subscribe(R"({"client_id":"client"})");
    }

    void subscribe(const std::string& condition) {
        const auto answer = driver.helix(
            "POST", "/helix/eventsub/subscriptions",
            R"({"type":"conduit.shard.disabled","version":"1","condition":)" + condition +
                R"(,"transport":{"method":"conduit","conduit_id":")" + conduit + R"("}})");
        EXPECT_EQ(answer.status, 202u) << answer.body;
    }

    std::size_t told() { return driver.client(kept).texts.size() - 1; }

    Driver driver;
    SocketId kept = driver.connect();
    SocketId lost = driver.connect();
    std::string conduit;
};

TEST_F(ShardNews, ShardThatEndsByItselfIsTold) {
    driver.close_from_client(lost);

    ASSERT_EQ(told(), 1u);
    const auto frame = parse(driver.last_text(kept));
    EXPECT_EQ(frame.at_pointer("/metadata/subscription_type").as_string(),
              "conduit.shard.disabled");
    const auto& event = frame.at_pointer("/payload/event");
    EXPECT_EQ(event.at("shard_id").as_string(), "1");
    EXPECT_EQ(event.at("status").as_string(), "websocket_disconnected");
    EXPECT_EQ(event.at_pointer("/transport/session_id").as_string(), driver.session_id(lost));
    EXPECT_TRUE(event.at_pointer("/transport/callback").is_null());
}

TEST_F(ShardNews, ReboundShardIsNot) {
    driver.bind(conduit, 1, kept);
    driver.close_from_client(lost);

    EXPECT_EQ(told(), 0u);
}

TEST_F(ShardNews, EveryWayToEndIsTold) {
    const auto session = driver.session_id(lost);
    driver.sim("/sim/close", R"({"session":")" + session + R"("})");
    EXPECT_EQ(told(), 1u);

    const auto second = driver.connect();
    driver.bind(conduit, 1, second);
    driver.model.on_data_frame(second, driver.now);
    driver.take_outputs();
    EXPECT_EQ(told(), 2u);

    const auto third = driver.connect();
    driver.bind(conduit, 1, third);
    driver.sim("/sim/reconnect", R"({"shard":1})");
    driver.advance(30s);
    EXPECT_THAT(driver.last_text(kept), HasSubstr("websocket_failed_to_reconnect"));
}

TEST_F(ShardNews, EachMatchingSubscriptionIsTold) {
    subscribe(R"({"client_id":"client","conduit_id":")" + conduit + R"("})");

    driver.close_from_client(lost);

    EXPECT_EQ(told(), 2u);
}

TEST_F(ShardNews, NobodyIsThereToTellOfTheLastOne) {
    driver.close_from_client(lost);
    driver.close_from_client(kept);

    EXPECT_EQ(driver.ledger().at("dropped").to_number<int>(), 1);
}

}  // namespace
}  // namespace twitch_sim
