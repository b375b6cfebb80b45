#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

struct Revocation : testing::Test {
    Revocation() {
        conduit = driver.make_conduit(1, {socket});
        for (const auto* const channel : {"1", "2"}) {
            driver.helix(
                "POST", "/helix/eventsub/subscriptions",
                R"({"type":"stream.online","version":"1","condition":{"broadcaster_user_id":")" +
                    std::string(channel) + R"("},"transport":{"method":"conduit","conduit_id":")" +
                    conduit + R"("}})");
        }
    }

    Driver driver;
    SocketId socket = driver.connect();
    std::string conduit;
};

TEST_F(Revocation, OfOneIsToldAndListed) {
    driver.sim("/sim/revoke", R"({"status":"user_removed","broadcaster_user_id":"2"})");

    const auto frame = parse(driver.last_text(socket));
    EXPECT_EQ(frame.at_pointer("/metadata/message_type").as_string(), "revocation");
    EXPECT_EQ(frame.at_pointer("/payload/subscription/status").as_string(), "user_removed");
    EXPECT_FALSE(frame.at("payload").as_object().contains("event"));
    const auto listed = driver.helix_json("GET", "/helix/eventsub/subscriptions");
    EXPECT_EQ(listed.at_pointer("/data/0/status").as_string(), "enabled");
    EXPECT_EQ(listed.at_pointer("/data/1/status").as_string(), "user_removed");
    EXPECT_EQ(driver.sent_ids().size(), 1u);
}

TEST_F(Revocation, OfAllIsToldOnce) {
    driver.sim("/sim/revoke", R"({"status":"version_removed"})");
    driver.sim("/sim/revoke", R"({"status":"version_removed"})");

    EXPECT_EQ(driver.client(socket).texts.size(), 3u);
}

TEST_F(Revocation, OfMadeUpOnesLeavesTheOthers) {
    driver.sim("/sim/revoke", R"({"status":"chat_user_banned","count":5000})");

    EXPECT_EQ(driver.sent_ids().size(), 5000u);
    const auto enabled = driver.helix_json("GET", "/helix/eventsub/subscriptions?status=enabled");
    EXPECT_EQ(enabled.at("data").as_array().size(), 2u);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(Revocation, WithoutAShardIsDropped) {
    driver.close_from_client(socket);

    driver.sim("/sim/revoke", R"({"status":"user_removed"})");

    EXPECT_EQ(driver.ledger().at("dropped").to_number<int>(), 2);
}

TEST_F(Revocation, MalformedOrdersAreRefused) {
    EXPECT_EQ(driver.sim("/sim/revoke", "{}").status, 400u);
    EXPECT_EQ(driver.sim("/sim/revoke", R"({"status":"enabled"})").status, 400u);
    EXPECT_EQ(
        driver.sim("/sim/revoke", R"({"status":"user_removed","count":1,"subscription_id":"x"})")
            .status,
        400u);
    EXPECT_EQ(driver.sim("/sim/revoke", R"({"status":"user_removed","count":1,"type":"x"})").status,
              400u);
}

}  // namespace
}  // namespace twitch_sim
