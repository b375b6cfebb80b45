#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

constexpr auto shards_path = "/helix/eventsub/conduits/shards";

json::value patch(Driver& driver, const std::string& conduit, const std::string& shards) {
    const auto answer = driver.helix(
        "PATCH", shards_path, R"({"conduit_id":")" + conduit + R"(","shards":)" + shards + "}");
    EXPECT_EQ(answer.status, 202u) << answer.body;
    return parse(answer.body);
}

std::string websocket(const std::string& id, const std::string& session) {
    return R"({"id":)" + id + R"(,"transport":{"method":"websocket","session_id":")" + session +
           R"("}})";
}

TEST(Shards, BindingAnswersTheShardInWholeSeconds) {
    Driver driver;
    driver.advance(7s + 409876543ns);
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {});

    const auto answer = driver.bind(conduit, 0, socket);

    const auto session = driver.session_id(socket);
    EXPECT_EQ(answer.body,
              R"({"data":[{"id":"0","status":"enabled","transport":{"method":"websocket",)"
              R"("session_id":")" +
                  session + R"(","connected_at":"2026-03-04T05:20:07Z"}}],"errors":[]})");
}

TEST(Shards, NeverBoundShardsAreNotListed) {
    Driver driver;
    const auto conduit = driver.make_conduit(3, {});

    const auto listed = driver.helix("GET", std::string(shards_path) + "?conduit_id=" + conduit);

    EXPECT_EQ(listed.body, R"({"data":[],"pagination":{}})");
}

TEST(Shards, AcceptsNumbersAsIdsAndConduitInTheQuery) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {});

    const auto answer =
        driver.helix_json("PATCH", std::string(shards_path) + "?conduit_id=" + conduit,
                          R"({"shards":[)" + websocket("0", driver.session_id(socket)) + "]}");

    EXPECT_EQ(answer.at_pointer("/data/0/id").as_string(), "0");
}

TEST(Shards, RefusedEntriesAreReportedWithin202) {
    Driver driver;
    const auto socket = driver.connect();
    const auto closed = driver.connect();
    const auto conduit = driver.make_conduit(2, {});
    const auto session = driver.session_id(socket);
    driver.close_from_client(closed);
    const std::vector<std::string> refused = {
        websocket("\"2\"", session),
        websocket("\"-1\"", session),
        websocket("\"one\"", session),
        websocket("\"0\"", "AgoQunknown"),
        websocket("\"0\"", driver.session_id(closed)),
        websocket("\"0\"", ""),
        R"({"id":"0"})",
        R"({"id":"0","transport":{"method":"websocket"}})",
        R"({"id":"0","transport":{"method":"pigeon","session_id":"x"}})",
        R"({"id":"0","transport":{"method":"webhook"}})",
        R"({"id":"0","transport":{"method":"webhook","callback":"http://a.example/","secret":"0123456789"}})",
        R"({"id":"0","transport":{"method":"webhook","callback":"https://a.example:8443/","secret":"0123456789"}})",
        R"({"id":"0","transport":{"method":"webhook","callback":"https://a.example/","secret":"short"}})",
    };

    for (const auto& entry : refused) {
        const auto answer = patch(driver, conduit, "[" + entry + "]");

        EXPECT_TRUE(answer.at("data").as_array().empty()) << entry;
        ASSERT_EQ(answer.at("errors").as_array().size(), 1u) << entry;
        EXPECT_EQ(answer.at_pointer("/errors/0/code").as_string(), "invalid_parameter");
    }
    const auto range = patch(driver, conduit, "[" + refused[0] + "]");
    EXPECT_EQ(range.at_pointer("/errors/0/message").as_string(),
              "invalid shard id, must be a number greater or equal to 0 and less than 2");
}

TEST(Shards, GoodEntriesTakeEffectBesideRefusedOnes) {
    Driver driver;
    const auto session = driver.session_id(driver.connect());
    const auto conduit = driver.make_conduit(2, {});

    const auto answer =
        patch(driver, conduit,
              "[" + websocket("\"0\"", session) + "," + websocket("\"9\"", session) + "]");

    EXPECT_EQ(answer.at_pointer("/data/0/id").as_string(), "0");
    EXPECT_EQ(answer.at_pointer("/errors/0/id").as_string(), "9");
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST(Shards, MalformedRequestsAreRefusedWhole) {
    Driver driver;
    const auto session = driver.session_id(driver.connect());
    const auto conduit = driver.make_conduit(200, {});
    const auto prefix = R"({"conduit_id":")" + conduit + R"(","shards":)";
    std::string many;
    for (int i = 0; i < 101; ++i) {
        many += (i ? "," : "") + websocket(std::to_string(i), session);
    }

    EXPECT_EQ(driver.helix("PATCH", shards_path, R"({"shards":[{"id":"0"}]})").status, 400u);
    EXPECT_EQ(driver.helix("PATCH", shards_path, R"({"conduit_id":")" + conduit + R"("})").status,
              400u);
    EXPECT_EQ(driver.helix("PATCH", shards_path, prefix + "[]}").status, 400u);
    EXPECT_EQ(driver.helix("PATCH", shards_path, prefix + "[7]}").status, 400u);
    EXPECT_EQ(driver.helix("PATCH", shards_path, prefix + "[" + many + "]}").status, 400u);
    const auto nameless = driver.helix("PATCH", shards_path, prefix + R"([{"transport":{}}]})");
    EXPECT_EQ(nameless.status, 400u);
    EXPECT_EQ(parse(nameless.body).at("message").as_string(), "Missing required parameter \"\"");
    EXPECT_EQ(
        driver.helix("PATCH", shards_path, R"({"conduit_id":"x","shards":[{"id":"0"}]})").status,
        404u);
    EXPECT_TRUE(driver.helix_json("GET", std::string(shards_path) + "?conduit_id=" + conduit)
                    .at("data")
                    .as_array()
                    .empty());
}

TEST(Shards, ListingIsPagedAscendingAndFiltered) {
    auto options = quiet_options();
    options.shards_per_page = 2;
    Driver driver(options);
    const auto socket = driver.connect();
    const auto dying = driver.connect();
    const auto conduit = driver.make_conduit(12, {socket, socket, dying, socket, socket});
    driver.bind(conduit, 10, socket);
    driver.close_from_client(dying);
    const auto collect = [&](const std::string& filter) {
        std::string ids;
        std::string cursor;
        do {
            const auto page =
                driver.helix_json("GET", std::string(shards_path) + "?conduit_id=" + conduit +
                                             filter + (cursor.empty() ? "" : "&after=" + cursor));
            EXPECT_LE(page.at("data").as_array().size(), 2u);
            for (const auto& shard : page.at("data").as_array()) {
                ids += std::string(shard.at("id").as_string()) + " ";
            }
            const auto* const next = page.at("pagination").as_object().if_contains("cursor");
            cursor = next ? std::string(next->as_string()) : "";
        } while (!cursor.empty());
        return ids;
    };

    EXPECT_EQ(collect(""), "0 1 2 3 4 10 ");
    EXPECT_EQ(collect("&status=enabled"), "0 1 3 4 10 ");
    EXPECT_EQ(collect("&status=websocket_disconnected"), "2 ");
    EXPECT_EQ(driver.helix("GET", std::string(shards_path) + "?conduit_id=" + conduit + "&status=x")
                  .status,
              400u);
    EXPECT_EQ(driver.helix("GET", std::string(shards_path) + "?conduit_id=" + conduit + "&after=7")
                  .status,
              400u);
    EXPECT_EQ(driver.helix("GET", shards_path).status, 400u);
}

TEST(Shards, LastWriteWinsAndTheOlderSessionIdlesOnKeepalives) {
    Driver driver;
    const auto older = driver.connect();
    const auto newer = driver.connect();
    const auto conduit = driver.make_conduit(1, {older});

    driver.bind(conduit, 0, newer);
    driver.sim("/sim/emit", R"({"count":3})");
    driver.advance(60s);
    driver.close_from_client(older);

    EXPECT_EQ(driver.client(older).texts.size(), 1u + 6u);
    EXPECT_EQ(message_type(driver.client(newer).texts.at(3)), "notification");
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST(Shards, SwapInOneRequestAndIdenticalRebindingAreAccepted) {
    Driver driver;
    const auto first = driver.connect();
    const auto second = driver.connect();
    const auto conduit = driver.make_conduit(2, {first, second});

    const auto swapped = patch(driver, conduit,
                               "[" + websocket("\"0\"", driver.session_id(second)) + "," +
                                   websocket("\"1\"", driver.session_id(first)) + "]");
    const auto again =
        patch(driver, conduit, "[" + websocket("\"0\"", driver.session_id(second)) + "]");

    EXPECT_EQ(swapped.at("data").as_array().size(), 2u);
    EXPECT_EQ(again.at_pointer("/data/0/transport/session_id").as_string(),
              driver.session_id(second));
}

TEST(Shards, SessionOfAnotherClientIsRefused) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    driver.sim("/sim/client", R"({"client_id":"other","client_secret":"key"})");
    const std::vector<std::pair<std::string, std::string>> headers = {
        {"Authorization", "Bearer " + driver.token("other", "key")}, {"Client-Id", "other"}};
    const auto made =
        parse(driver.http({"POST", "/helix/eventsub/conduits?shard_count=1", headers, ""}).body);
    const std::string conduit(made.at_pointer("/data/0/id").as_string());

    const auto answer = driver.http({"PATCH", shards_path, headers,
                                     R"({"conduit_id":")" + conduit + R"(","shards":[)" +
                                         websocket("0", driver.session_id(socket)) + "]}"});

    EXPECT_EQ(answer.status, 202u);
    EXPECT_EQ(parse(answer.body).at("errors").as_array().size(), 1u);
}

TEST(Shards, WebhookWaitsForItsVerification) {
    Driver driver;
    const auto conduit = driver.make_conduit(1, {});

    const auto answer = patch(
        driver, conduit,
        R"([{"id":"0","transport":{"method":"webhook","callback":"https://a.example/x","secret":"0123456789"}}])");

    EXPECT_EQ(json::serialize(answer.at_pointer("/data/0")),
              R"({"id":"0","status":"webhook_callback_verification_pending",)"
              R"("transport":{"method":"webhook","callback":"https://a.example/x"}})");
}

TEST(Shards, DisconnectionIsShownAndClearedByTheNextBinding) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});
    driver.advance(5s);
    driver.close_from_client(socket);
    const auto ended =
        driver.helix_json("GET", std::string(shards_path) + "?conduit_id=" + conduit);

    driver.bind(conduit, 0, driver.connect());
    const auto bound =
        driver.helix_json("GET", std::string(shards_path) + "?conduit_id=" + conduit);

    EXPECT_EQ(ended.at_pointer("/data/0/status").as_string(), "websocket_disconnected");
    EXPECT_EQ(ended.at_pointer("/data/0/transport/disconnected_at").as_string(),
              "2026-03-04T05:20:05Z");
    EXPECT_EQ(bound.at_pointer("/data/0/status").as_string(), "enabled");
    EXPECT_FALSE(bound.at_pointer("/data/0/transport").as_object().contains("disconnected_at"));
}

}  // namespace
}  // namespace twitch_sim
