#include "twitch_sim/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

constexpr auto subscriptions_path = "/helix/eventsub/subscriptions";

std::string chat(const std::string& conduit, const std::string& broadcaster = "700100200") {
    return R"({"type":"channel.chat.message","version":"1","condition":{"broadcaster_user_id":")" +
           broadcaster +
           R"(","user_id":"700999111"},"transport":{"method":"conduit","conduit_id":")" + conduit +
           R"("}})";
}

TEST(Subscriptions, CreatedOneIsEnabledAtOnceAndNamedInEvents) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});

    const auto answer = driver.helix("POST", subscriptions_path, chat(conduit));
    driver.sim("/sim/emit", R"({"broadcaster_user_id":"700100200"})");

    const auto body = parse(answer.body);
    EXPECT_EQ(answer.status, 202u);
    EXPECT_EQ(body.at_pointer("/data/0/status").as_string(), "enabled");
    EXPECT_EQ(body.at("total").to_number<int>(), 1);
    EXPECT_EQ(body.at("max_total_cost").to_number<int>(), 10'000);
    EXPECT_THAT(driver.last_text(socket),
                testing::HasSubstr(std::string(body.at_pointer("/data/0/id").as_string())));
}

TEST(Subscriptions, DuplicateAndFourthAreRefused) {
    Driver driver;
    std::vector<std::string> conduits;
    for (int i = 0; i < 4; ++i) conduits.push_back(driver.make_conduit(1, {}));

    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(
            driver.helix("POST", subscriptions_path, chat(conduits[static_cast<std::size_t>(i)]))
                .status,
            202u);
    }

    EXPECT_EQ(driver.helix("POST", subscriptions_path, chat(conduits[0])).status, 409u);
    EXPECT_EQ(driver.helix("POST", subscriptions_path, chat(conduits[3])).status, 429u);
    EXPECT_EQ(driver.helix("POST", subscriptions_path, chat(conduits[3], "1")).status, 202u);
}

TEST(Subscriptions, MalformedOnesAreRefused) {
    Driver driver;
    const auto conduit = driver.make_conduit(1, {});
    const auto transport = R"("transport":{"method":"conduit","conduit_id":")" + conduit + R"("}})";
    const auto condition = std::string(R"("condition":{"broadcaster_user_id":"1"},)");

    for (const auto& body : std::vector<std::string>{
             "", "{}", R"({"type":"stream.online",)" + condition + transport,
             R"({"type":"stream.online","version":"2",)" + condition + transport,
             R"({"type":"stream.online","version":"1",)" + transport,
             R"({"type":"channel.follow","version":"2",)" + condition + transport,
             R"({"type":"stream.online","version":"1",)" + condition + R"("transport":{}})",
             R"({"type":"stream.online","version":"1",)" + condition +
                 R"("transport":{"method":"websocket","session_id":"x"}})",
             R"({"type":"stream.online","version":"1",)" + condition +
                 R"("transport":{"method":"conduit","conduit_id":"x"}})"}) {
        EXPECT_EQ(driver.helix("POST", subscriptions_path, body).status, 400u) << body;
    }
}

TEST(Subscriptions, ListTakesOneFilter) {
    Driver driver;
    const auto first = driver.make_conduit(1, {});
    const auto second = driver.make_conduit(1, {});
    driver.helix("POST", subscriptions_path, chat(first, "1"));
    driver.helix("POST", subscriptions_path, chat(second, "2"));
    const auto count = [&](const std::string& query) {
        return driver.helix_json("GET", subscriptions_path + query).at("data").as_array().size();
    };

    EXPECT_EQ(count(""), 2u);
    EXPECT_EQ(count("?conduit_id=" + first), 1u);
    EXPECT_EQ(count("?type=stream.online"), 0u);
    EXPECT_EQ(count("?user_id=2"), 1u);
    EXPECT_EQ(count("?status=enabled"), 2u);
    EXPECT_EQ(driver.helix("GET", std::string(subscriptions_path) + "?type=x&status=y").status,
              400u);
}

TEST(Subscriptions, ListIsPaged) {
    Driver driver;
    const auto conduit = driver.make_conduit(1, {});
    for (int i = 0; i < 150; ++i)
        driver.helix("POST", subscriptions_path, chat(conduit, std::to_string(i)));

    const auto first = driver.helix_json("GET", subscriptions_path);
    const std::string cursor(first.at_pointer("/pagination/cursor").as_string());
    const auto second =
        driver.helix_json("GET", std::string(subscriptions_path) + "?after=" + cursor);

    EXPECT_EQ(first.at("data").as_array().size(), 100u);
    EXPECT_EQ(second.at("data").as_array().size(), 50u);
    EXPECT_TRUE(second.at("pagination").as_object().empty());
}

TEST(Subscriptions, DeletedOnesAndThoseOfADeletedConduit) {
    Driver driver;
    const auto conduit = driver.make_conduit(1, {});
    const auto made = driver.helix_json("POST", subscriptions_path, chat(conduit, "1"));
    driver.helix("POST", subscriptions_path, chat(conduit, "2"));
    const std::string id(made.at_pointer("/data/0/id").as_string());

    EXPECT_EQ(driver.helix("DELETE", std::string(subscriptions_path) + "?id=" + id).status, 204u);
    EXPECT_EQ(driver.helix("DELETE", std::string(subscriptions_path) + "?id=" + id).status, 404u);
    EXPECT_EQ(driver.helix("DELETE", subscriptions_path).status, 400u);
    driver.helix("DELETE", "/helix/eventsub/conduits?id=" + conduit);

    const auto listed = driver.helix_json("GET", subscriptions_path);
    EXPECT_EQ(listed.at_pointer("/data/0/status").as_string(), "conduit_deleted");
}

}  // namespace
}  // namespace twitch_sim
