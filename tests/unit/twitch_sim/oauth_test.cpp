#include "twitch_sim/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::MatchesRegex;

HttpCall token_request(std::string query, std::string form) {
    return {"POST",
            "/oauth2/token" + query,
            {{"content-type", "application/x-www-form-urlencoded"}},
            std::move(form)};
}

constexpr auto good = "client_id=client&client_secret=secret&grant_type=client_credentials";

HttpCall validate(std::string authorization) {
    return {"GET", "/oauth2/validate", {{"AUTHORIZATION", std::move(authorization)}}, ""};
}

TEST(OAuth, IssuesTokenForForm) {
    Driver driver;

    const auto answer = driver.http(token_request("", good));

    const auto body = parse(answer.body);
    EXPECT_EQ(answer.status, 200u);
    EXPECT_THAT(std::string(body.at("access_token").as_string()), MatchesRegex("[a-z0-9]+"));
    EXPECT_EQ(body.at("access_token").as_string().size(), 30u);
    EXPECT_EQ(body.at("token_type").as_string(), "bearer");
    EXPECT_GT(body.at("expires_in").to_number<int>(), 5'000'000);
    EXPECT_FALSE(body.as_object().contains("refresh_token"));
}

TEST(OAuth, IssuesTokenForQueryWithEmptyBody) {
    Driver driver;

    const auto answer = driver.http(token_request(std::string("?") + good, ""));

    EXPECT_EQ(answer.status, 200u);
}

TEST(OAuth, RefusesWrongCredentialsAsTwitchDoes) {
    Driver driver;
    const std::vector<std::tuple<std::string, unsigned, std::string>> cases = {
        {"client_id=x&client_secret=secret&grant_type=client_credentials", 400, "invalid client"},
        {"client_id=client&client_secret=x&grant_type=client_credentials", 403,
         "invalid client secret"},
        {"client_secret=secret&grant_type=client_credentials", 400, "missing client id"},
        {"client_id=client&grant_type=client_credentials", 400, "missing client secret"},
        {"client_id=client&client_secret=secret", 400, "missing grant type"},
        {"", 400, "missing client id"},
        {"%zz&&==", 400, "missing client id"},
    };

    for (const auto& refused : cases) {
        const auto answer = driver.http(token_request("", std::get<0>(refused)));

        EXPECT_EQ(answer.status, std::get<1>(refused));
        EXPECT_EQ(parse(answer.body).at("message").as_string(), std::get<2>(refused));
        EXPECT_FALSE(parse(answer.body).as_object().contains("error"));
    }
}

TEST(OAuth, SecondTokenLeavesFirstValid) {
    Driver driver;
    const auto first = driver.token();
    const auto second = driver.token();

    EXPECT_NE(first, second);
    EXPECT_EQ(driver.http(validate("OAuth " + first)).status, 200u);
    EXPECT_EQ(driver.http(validate("Bearer " + second)).status, 200u);
}

TEST(OAuth, ValidationShowsAppTokenAndIsCounted) {
    Driver driver;
    const auto token = driver.token();
    driver.advance(1h);

    const auto body = parse(driver.http(validate("OAuth " + token)).body);

    EXPECT_EQ(body.at("client_id").as_string(), "client");
    EXPECT_EQ(body.at("expires_in").to_number<int>(), 5'011'271 - 3'600);
    EXPECT_FALSE(body.as_object().contains("user_id"));
    EXPECT_EQ(driver.state().at("validations").to_number<int>(), 1);
}

TEST(OAuth, TokenEndsWithItsLifetime) {
    Driver driver;
    driver.sim("/sim/token", R"({"action":"set_lifetime","seconds":60})");
    const auto token = driver.token();

    driver.advance(59s);
    EXPECT_EQ(driver.http(validate("OAuth " + token)).status, 200u);
    driver.advance(1s);
    const auto answer = driver.http(validate("OAuth " + token));

    EXPECT_EQ(answer.status, 401u);
    EXPECT_EQ(answer.body, R"({"status":401,"message":"invalid access token"})");
}

TEST(OAuth, TestExpiresAllTokensAtOnce) {
    Driver driver;
    EXPECT_EQ(driver.helix("GET", "/helix/eventsub/conduits").status, 200u);

    EXPECT_EQ(driver.sim("/sim/token", R"({"action":"expire_all"})").status, 200u);

    const auto answer = driver.helix("GET", "/helix/eventsub/conduits");
    EXPECT_EQ(answer.status, 401u);
    EXPECT_EQ(answer.body,
              R"({"error":"Unauthorized","status":401,"message":"Invalid OAuth token"})");
}

TEST(OAuth, RevokedTokenIsInvalid) {
    Driver driver;
    const auto token = driver.token();

    const auto revoked =
        driver.http({"POST", "/oauth2/revoke", {}, "client_id=client&token=" + token});
    const auto again =
        driver.http({"POST", "/oauth2/revoke", {}, "client_id=client&token=" + token});

    EXPECT_EQ(revoked.status, 200u);
    EXPECT_EQ(again.status, 400u);
    EXPECT_EQ(driver.http(validate("OAuth " + token)).status, 401u);
}

TEST(Helix, RefusesCallsWithoutMatchingCredentials) {
    Driver driver;
    driver.sim("/sim/client", R"({"client_id":"other","client_secret":"key"})");
    const auto own = driver.token();
    const auto foreign = driver.token("other", "key");
    const auto call = [&](std::vector<std::pair<std::string, std::string>> headers) {
        return driver.http({"GET", "/helix/eventsub/conduits", std::move(headers), ""});
    };

    EXPECT_EQ(call({{"authorization", "Bearer " + own}, {"client-id", "client"}}).status, 200u);
    EXPECT_EQ(call({{"Client-Id", "client"}}).status, 401u);
    EXPECT_EQ(call({{"Authorization", "Bearer " + own}}).status, 401u);
    EXPECT_EQ(call({{"Authorization", "Bearer nonsense"}, {"Client-Id", "client"}}).status, 401u);
    EXPECT_EQ(call({{"Authorization", own}, {"Client-Id", "client"}}).status, 401u);
    const auto mixed = call({{"Authorization", "Bearer " + foreign}, {"Client-Id", "client"}});
    EXPECT_EQ(mixed.status, 401u);
    EXPECT_EQ(parse(mixed.body).at("message").as_string(),
              "Client ID and OAuth token do not match");
    EXPECT_NE(header_of(mixed, "Ratelimit-Limit"), "");
}

TEST(Helix, BucketEmptiesAndRefills) {
    auto options = quiet_options();
    options.points_per_minute = 60;
    Driver driver(options);

    const auto first = driver.helix("GET", "/helix/eventsub/conduits");
    for (int i = 0; i < 59; ++i) driver.helix("GET", "/helix/eventsub/conduits");
    const auto refused = driver.helix("GET", "/helix/eventsub/conduits");
    driver.advance(1s);
    const auto refilled = driver.helix("GET", "/helix/eventsub/conduits");

    const auto started =
        std::chrono::floor<std::chrono::seconds>((test_epoch + 20min).time_since_epoch());
    EXPECT_EQ(header_of(first, "Ratelimit-Limit"), "60");
    EXPECT_EQ(header_of(first, "Ratelimit-Remaining"), "59");
    EXPECT_EQ(header_of(first, "Ratelimit-Reset"), std::to_string(started.count() + 1));
    EXPECT_EQ(refused.status, 429u);
    EXPECT_EQ(header_of(refused, "Ratelimit-Remaining"), "0");
    EXPECT_EQ(header_of(refused, "Ratelimit-Reset"), std::to_string(started.count() + 60));
    EXPECT_EQ(refilled.status, 200u);
}

}  // namespace
}  // namespace twitch_sim
