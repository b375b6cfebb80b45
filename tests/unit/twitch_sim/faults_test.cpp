#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

constexpr auto conduits = "/helix/eventsub/conduits";

TEST(Faults, StatusReplacesTheEffectForSoManyCalls) {
    Driver driver;
    driver.sim("/sim/fault", R"({"match":"POST /helix/eventsub/conduits","times":2,"status":503})");

    const auto first = driver.helix("POST", conduits, R"({"shard_count":1})");
    driver.helix("POST", conduits, R"({"shard_count":1})");

    EXPECT_EQ(first.status, 503u);
    EXPECT_EQ(first.body,
              R"({"error":"Service Unavailable","status":503,"message":"Service Unavailable"})");
    EXPECT_NE(header_of(first, "Ratelimit-Remaining"), "");
    EXPECT_EQ(driver.helix("GET", conduits).body, R"({"data":[]})");
    EXPECT_EQ(driver.helix("POST", conduits, R"({"shard_count":1})").status, 200u);
}

TEST(Faults, MatchMethodAndEndpoint) {
    Driver driver;
    const auto conduit = driver.make_conduit(1, {});
    driver.sim("/sim/fault", R"({"match":"GET /helix/eventsub/conduits","status":500})");

    EXPECT_EQ(driver.helix("GET", std::string(conduits) + "/shards?conduit_id=" + conduit).status,
              200u);
    EXPECT_EQ(driver.helix("POST", conduits, R"({"shard_count":1})").status, 200u);
    EXPECT_EQ(driver.helix("GET", conduits).status, 500u);
}

TEST(Faults, PathPrefixMatchesAllBelowAndIsTakenBack) {
    Driver driver;
    driver.sim("/sim/fault", R"({"match":"/helix","times":100,"status":401})");

    EXPECT_EQ(driver.helix("GET", conduits).status, 401u);
    EXPECT_EQ(driver.helix("GET", "/helix/eventsub/subscriptions").status, 401u);
    driver.sim("/sim/fault", R"({"match":"/helix","times":0})");
    EXPECT_EQ(driver.helix("GET", conduits).status, 200u);
}

TEST(Faults, BodyNeedNotBeJson) {
    Driver driver;
    driver.sim("/sim/fault",
               R"({"match":"/oauth2/token","status":502,"body":"<html>Bad Gateway</html>"})");

    const auto answer = driver.http({"POST", "/oauth2/token", {}, ""});

    EXPECT_EQ(answer.status, 502u);
    EXPECT_EQ(answer.body, "<html>Bad Gateway</html>");
    EXPECT_EQ(header_of(answer, "Content-Type"), "text/html");
}

TEST(Faults, RateLimitAnswerShowsAnEmptyBucket) {
    Driver driver;
    driver.sim("/sim/fault", R"({"match":"GET /helix/eventsub/conduits","status":429})");

    const auto answer = driver.helix("GET", conduits);

    EXPECT_EQ(answer.status, 429u);
    EXPECT_EQ(header_of(answer, "Ratelimit-Remaining"), "0");
}

TEST(Faults, ConnectionDropsBeforeOrAfterTheEffect) {
    Driver driver;
    driver.sim("/sim/fault", R"({"match":"POST /helix","drop":"before"})");
    const auto before = driver.helix("POST", conduits, R"({"shard_count":1})");
    EXPECT_EQ(before.delivery, HttpAnswer::Delivery::drop_connection);
    EXPECT_EQ(driver.helix("GET", conduits).body, R"({"data":[]})");

    driver.sim("/sim/fault", R"({"match":"POST /helix","drop":"after"})");
    const auto after = driver.helix("POST", conduits, R"({"shard_count":1})");

    EXPECT_EQ(after.delivery, HttpAnswer::Delivery::drop_connection);
    EXPECT_NE(driver.helix("GET", conduits).body, R"({"data":[]})");
}

TEST(Faults, DelayKeepsTheAnswer) {
    Driver driver;
    driver.sim("/sim/fault", R"({"match":"GET /helix","delay_ms":1500})");

    const auto answer = driver.helix("GET", conduits);

    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(answer.delay, 1500ms);
    EXPECT_EQ(driver.helix("GET", conduits).delay, 0ms);
}

TEST(Faults, UpgradeIsRefused) {
    Driver driver;
    driver.sim("/sim/fault", R"({"match":"upgrade","times":1,"status":429})");

    const auto refused = driver.model.on_upgrade({"/ws", "ws://127.0.0.1"}, driver.now);
    const auto accepted = driver.model.on_upgrade({"/ws", "ws://127.0.0.1"}, driver.now);

    EXPECT_EQ(std::get<HttpAnswer>(refused).status, 429u);
    EXPECT_TRUE(std::holds_alternative<SocketId>(accepted));
}

TEST(Faults, WelcomeIsSlow) {
    Driver driver;
    driver.sim("/sim/fault", R"({"match":"welcome","delay_ms":3000,"times":1})");
    const auto slow = driver.connect();
    const auto prompt = driver.connect();

    driver.advance(2999ms);
    EXPECT_TRUE(driver.client(slow).texts.empty());
    EXPECT_EQ(driver.client(prompt).texts.size(), 1u);
    driver.advance(1ms);

    EXPECT_EQ(driver.client(slow).texts.size(), 1u);
}

TEST(Faults, MalformedOnesAreRefused) {
    Driver driver;

    for (const std::string body :
         {R"({})", R"({"match":"nothing"})", R"({"match":"/helix","times":-1})",
          R"({"match":"/helix","status":99})", R"({"match":"/helix","delay_ms":"soon"})",
          R"({"match":"/helix","drop":"maybe"})"}) {
        EXPECT_EQ(driver.sim("/sim/fault", body).status, 400u) << body;
    }
    EXPECT_EQ(driver.sim("/sim/token", R"({"action":"polish"})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/client", R"({"client_id":"x"})").status, 400u);
    EXPECT_EQ(driver.helix("GET", conduits).status, 200u);
}

}  // namespace
}  // namespace twitch_sim
