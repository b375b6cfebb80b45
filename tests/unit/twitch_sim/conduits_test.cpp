#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

constexpr auto conduits_path = "/helix/eventsub/conduits";

TEST(Conduits, CreatedOneIsListed) {
    Driver driver;

    const auto made = driver.helix("POST", conduits_path, R"({"shard_count":5})");
    const auto listed = driver.helix("GET", conduits_path);

    EXPECT_EQ(made.status, 200u);
    EXPECT_EQ(parse(made.body).at_pointer("/data/0/shard_count").to_number<int>(), 5);
    EXPECT_EQ(made.body, listed.body);
}

TEST(Conduits, EmptyAccountListsNone) {
    Driver driver;

    EXPECT_EQ(driver.helix("GET", conduits_path).body, R"({"data":[]})");
}

TEST(Conduits, RefusesInvalidShardCounts) {
    Driver driver;

    for (const std::string count : {"0", "-1", "20001", "\"many\"", "1.5", "null", "[]"}) {
        EXPECT_EQ(driver.helix("POST", conduits_path, R"({"shard_count":)" + count + "}").status,
                  400u)
            << count;
    }
    EXPECT_EQ(driver.helix("POST", conduits_path, "{}").status, 400u);
    EXPECT_EQ(driver.helix("POST", conduits_path, "").status, 400u);
    EXPECT_EQ(driver.helix("POST", conduits_path, "{broken").status, 400u);
    EXPECT_EQ(driver.helix("POST", conduits_path, "[5]").status, 400u);
    EXPECT_EQ(driver.helix("POST", conduits_path, R"({"shard_count":20000})").status, 200u);
}

TEST(Conduits, SixthIsRefusedWithPointsLeft) {
    Driver driver;
    for (int i = 0; i < 5; ++i) driver.make_conduit(1, {});

    const auto sixth = driver.helix("POST", conduits_path, R"({"shard_count":1})");

    EXPECT_EQ(sixth.status, 429u);
    EXPECT_GT(std::stoi(header_of(sixth, "Ratelimit-Remaining")), 0);
}

TEST(Conduits, TakesParametersFromTheQueryWithEmptyBody) {
    Driver driver;

    const auto made = driver.helix_json("POST", std::string(conduits_path) + "?shard_count=3");
    const std::string id(made.at_pointer("/data/0/id").as_string());
    const auto grown =
        driver.helix_json("PATCH", std::string(conduits_path) + "?id=" + id + "&shard_count=4");

    EXPECT_EQ(made.at_pointer("/data/0/shard_count").to_number<int>(), 3);
    EXPECT_EQ(grown.at_pointer("/data/0/shard_count").to_number<int>(), 4);
}

TEST(Conduits, ForeignOnesAreNotThere) {
    Driver driver;
    const auto conduit = driver.make_conduit(2, {});
    driver.sim("/sim/client", R"({"client_id":"other","client_secret":"key"})");
    const auto token = driver.token("other", "key");
    const auto call = [&](std::string method, std::string target, std::string body) {
        return driver.http({std::move(method),
                            std::move(target),
                            {{"Authorization", "Bearer " + token}, {"Client-Id", "other"}},
                            std::move(body)});
    };

    EXPECT_EQ(call("GET", conduits_path, "").body, R"({"data":[]})");
    const auto patched =
        call("PATCH", conduits_path, R"({"id":")" + conduit + R"(","shard_count":1})");
    EXPECT_EQ(patched.status, 404u);
    EXPECT_EQ(patched.body, R"({"error":"Not Found","status":404,"message":"not found"})");
    EXPECT_EQ(call("DELETE", std::string(conduits_path) + "?id=" + conduit, "").status, 404u);
    EXPECT_EQ(call("GET", std::string(conduits_path) + "/shards?conduit_id=" + conduit, "").status,
              404u);
    EXPECT_EQ(call("PATCH", std::string(conduits_path) + "/shards",
                   R"({"conduit_id":")" + conduit + R"(","shards":[{"id":"0"}]})")
                  .status,
              404u);
}

TEST(Conduits, ShrinkingRemovesShardsAndLeavesTheirSocketsOpen) {
    Driver driver;
    const auto first = driver.connect();
    const auto second = driver.connect();
    const auto conduit = driver.make_conduit(2, {first, second});

    driver.helix("PATCH", conduits_path, R"({"id":")" + conduit + R"(","shard_count":1})");
    driver.advance(60s);

    const auto listed =
        driver.helix_json("GET", std::string(conduits_path) + "/shards?conduit_id=" + conduit);
    EXPECT_EQ(listed.at("data").as_array().size(), 1u);
    EXPECT_FALSE(driver.client(second).close_code);
    EXPECT_EQ(message_type(driver.last_text(second)), "session_keepalive");
}

TEST(Conduits, GrowingAddsShardsWithoutTransport) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});

    driver.helix("PATCH", conduits_path, R"({"id":")" + conduit + R"(","shard_count":3})");

    const auto listed =
        driver.helix_json("GET", std::string(conduits_path) + "/shards?conduit_id=" + conduit);
    EXPECT_EQ(listed.at("data").as_array().size(), 1u);
    EXPECT_EQ(driver.bind(conduit, 2, socket).status, 202u);
}

TEST(Conduits, DeletedOneIsGone) {
    Driver driver;
    const auto conduit = driver.make_conduit(1, {});

    const auto deleted = driver.helix("DELETE", std::string(conduits_path) + "?id=" + conduit);

    EXPECT_EQ(deleted.status, 204u);
    EXPECT_EQ(deleted.body, "");
    EXPECT_EQ(driver.helix("DELETE", std::string(conduits_path) + "?id=" + conduit).status, 404u);
    EXPECT_EQ(driver.helix("DELETE", conduits_path).status, 400u);
}

}  // namespace
}  // namespace twitch_sim
