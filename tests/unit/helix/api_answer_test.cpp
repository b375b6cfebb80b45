#include "helix/api.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

const auto bad_message = make_error_code(boost::system::errc::bad_message);

TEST(ApiAnswer, NoParserTakesWhatIsNoObject) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += R"({"data":[)";
    const std::string bodies[] = {"",         " ",
                                  "null",     "[]",
                                  "7",        "\"x\"",
                                  "{",        "{}x",
                                  "<html>",   std::string(1, '\0'),
                                  deep,       "{\"data\"",
                                  "\xff\xfe", R"({"data":[{"id":"\ud800"}]})"};

    for (const auto& body : bodies) {
        EXPECT_EQ(parse_token(body).error(), bad_message) << body.substr(0, 20);
        EXPECT_EQ(parse_validation(body).error(), bad_message) << body.substr(0, 20);
        EXPECT_EQ(parse_conduits(body).error(), bad_message) << body.substr(0, 20);
        EXPECT_EQ(parse_shards(body).error(), bad_message) << body.substr(0, 20);
        EXPECT_EQ(parse_shard_update(body).error(), bad_message) << body.substr(0, 20);
    }
}

TEST(ApiAnswer, TokenIsRead) {
    const auto token = parse_token(
        R"({"access_token":"9u74065gy04wvgnlbmheqn3lonr5sw","expires_in":5011271,"x":[{}]})");

    ASSERT_TRUE(token);
    EXPECT_EQ(token->access_token, "9u74065gy04wvgnlbmheqn3lonr5sw");
    EXPECT_EQ(token->expires_in, 5'011'271s);
}

TEST(ApiAnswer, TokenLifeMayBeUnsaidOrVeryLong) {
    EXPECT_EQ(parse_token(R"({"access_token":"t"})")->expires_in, 0s);
    EXPECT_EQ(parse_token(R"({"access_token":"t","expires_in":null})")->expires_in, 0s);
    EXPECT_EQ(parse_token(R"({"access_token":"t","expires_in":9223372036854775807})")->expires_in,
              10 * 365 * 24h);
    EXPECT_EQ(parse_token(R"({"access_token":"t","expires_in":18446744073709551615})")->expires_in,
              10 * 365 * 24h);
}

TEST(ApiAnswer, TokenThatCannotBeSentIsBad) {
    for (const auto* body : {R"({})", R"({"access_token":""})", R"({"access_token":null})",
                             R"({"access_token":"a\r\nX-Evil: 1"})", R"({"access_token":"a b"})",
                             R"({"access_token":"t","expires_in":-1})",
                             R"({"access_token":"t","expires_in":"soon"})"}) {
        EXPECT_EQ(parse_token(body).error(), bad_message) << body;
    }
}

// The bug: a header of more than 64 KiB cannot be made, and the process ended.
TEST(ApiAnswer, TokenOfMoreThanAHeaderTakesIsBad) {
    const auto body_with = [](std::size_t bytes) {
        return R"({"access_token":")" + std::string(bytes, 'a') + R"("})";
    };

    EXPECT_TRUE(parse_token(body_with(header_value_bytes_max)));
    EXPECT_EQ(parse_token(body_with(header_value_bytes_max + 1)).error(), bad_message);
}

TEST(ApiAnswer, ValidationOfAnAppTokenHasNoLogin) {
    for (const auto* body : {R"({"client_id":"c","scopes":[],"expires_in":7})",
                             R"({"client_id":"c","scopes":null,"expires_in":7,"login":null})",
                             R"({"client_id":"c","expires_in":7,"login":"","user_id":""})"}) {
        const auto info = parse_validation(body);

        ASSERT_TRUE(info) << body;
        EXPECT_EQ(info->client_id, "c");
        EXPECT_EQ(info->login, "");
        EXPECT_EQ(info->expires_in, 7s);
    }
}

TEST(ApiAnswer, ValidationOfAUserTokenNamesTheUser) {
    EXPECT_EQ(parse_validation(R"({"client_id":"c","login":"shardbot"})")->login, "shardbot");
    EXPECT_EQ(parse_validation(R"({"client_id":"c","user_id":"7"})")->login, "7");
}

TEST(ApiAnswer, ValidationWithoutClientIdIsBad) {
    EXPECT_EQ(parse_validation(R"({"expires_in":7})").error(), bad_message);
    EXPECT_EQ(parse_validation(R"({"client_id":"a\nb"})").error(), bad_message);
    EXPECT_EQ(parse_validation(R"({"client_id":"c","expires_in":-7})").error(), bad_message);
}

TEST(ApiAnswer, ConduitsAreRead) {
    const auto conduits = parse_conduits(
        R"({"data":[{"id":"a","shard_count":5},{"id":"b","shard_count":0,"new":1}],"total":2})");

    ASSERT_TRUE(conduits);
    ASSERT_EQ(conduits->size(), 2U);
    EXPECT_EQ(conduits->front().id, "a");
    EXPECT_EQ(conduits->front().shard_count, 5U);
    EXPECT_EQ(conduits->back().shard_count, 0U);
}

TEST(ApiAnswer, NoConduitsIsAnEmptyList) {
    EXPECT_TRUE(parse_conduits(R"({"data":[]})")->empty());
    EXPECT_TRUE(parse_conduits(R"({"data":null})")->empty());
}

TEST(ApiAnswer, NullDoesNotSayWhichConduitsThereAre) {
    EXPECT_TRUE(lists_conduits(R"({"data":[]})"));
    EXPECT_FALSE(lists_conduits(R"({"data":null})"));
    EXPECT_FALSE(lists_conduits(R"({})"));
    EXPECT_FALSE(lists_conduits("<html>"));
}

TEST(ApiAnswer, ConduitsWithoutWhatMattersAreBad) {
    for (const auto* body :
         {R"({})", R"({"data":{}})", R"({"data":"x"})", R"({"data":[7]})", R"({"data":[null]})",
          R"({"data":[{"shard_count":5}]})", R"({"data":[{"id":"","shard_count":5}]})",
          R"({"data":[{"id":"a"}]})", R"({"data":[{"id":"a","shard_count":-1}]})",
          R"({"data":[{"id":"a","shard_count":4294967296}]})",
          R"({"data":[{"id":"a","shard_count":"5"}]})"}) {
        EXPECT_EQ(parse_conduits(body).error(), bad_message) << body;
    }
}

TEST(ApiAnswer, ShardsOfBothTransportsAreRead) {
    const auto page = parse_shards(R"({"data":[
        {"id":"0","status":"enabled","transport":{"method":"websocket","session_id":"AgoQ",
         "connected_at":"2026-03-04T05:06:07Z","disconnected_at":null}},
        {"id":2,"status":"webhook_callback_verification_pending",
         "transport":{"method":"webhook","callback":"https://hooks.example.net/eventsub"}}],
        "pagination":{"cursor":"next"}})");

    ASSERT_TRUE(page);
    ASSERT_EQ(page->shards.size(), 2U);
    EXPECT_EQ(page->shards[0].id, "0");
    EXPECT_TRUE(page->shards[0].is_enabled());
    EXPECT_EQ(page->shards[0].method, "websocket");
    EXPECT_EQ(page->shards[0].session_id, "AgoQ");
    EXPECT_EQ(page->shards[1].id, "2");
    EXPECT_FALSE(page->shards[1].is_enabled());
    EXPECT_EQ(page->shards[1].session_id, "");
    EXPECT_EQ(page->cursor, "next");
}

TEST(ApiAnswer, LastPageHasNoCursor) {
    for (const auto* body :
         {R"({"data":[]})", R"({"data":[],"pagination":{}})", R"({"data":[],"pagination":null})",
          R"({"data":[],"pagination":[]})", R"({"data":[],"pagination":{"cursor":null}})",
          R"({"data":[],"pagination":{"cursor":""}})"}) {
        const auto page = parse_shards(body);

        ASSERT_TRUE(page) << body;
        EXPECT_EQ(page->cursor, "") << body;
    }
}

TEST(ApiAnswer, ShardWithoutTransportIsNotEnabled) {
    for (const auto* body :
         {R"({"data":[{"id":"3"}]})", R"({"data":[{"id":"3","status":null,"transport":null}]})",
          R"({"data":[{"id":"3","status":"something new","transport":{}}]})"}) {
        const auto page = parse_shards(body);

        ASSERT_TRUE(page) << body;
        EXPECT_FALSE(page->shards.front().is_enabled()) << body;
        EXPECT_EQ(page->shards.front().session_id, "") << body;
    }
}

TEST(ApiAnswer, ShardsWithoutWhatMattersAreBad) {
    for (const auto* body : {R"({})", R"({"data":[{"status":"enabled"}]})",
                             R"({"data":[{"id":null}]})", R"({"data":["0"]})"}) {
        EXPECT_EQ(parse_shards(body).error(), bad_message) << body;
    }
}

TEST(ApiAnswer, UpdateWithoutErrorsSaysSoInFourWays) {
    for (const auto* rest : {"", R"(,"errors":null)", R"(,"errors":[])", R"(,"extra":{})"}) {
        const auto update = parse_shard_update(R"({"data":[{"id":"0","status":"enabled"}])" +
                                               std::string(rest) + "}");

        ASSERT_TRUE(update) << rest;
        EXPECT_EQ(update->shards.size(), 1U);
        EXPECT_TRUE(update->errors.empty());
    }
}

TEST(ApiAnswer, UpdateTellsItsErrors) {
    const auto update = parse_shard_update(
        R"({"data":[],"errors":[{"id":"9","message":"out of range","code":"invalid_parameter"},
            {"id":8,"message":null}]})");

    ASSERT_TRUE(update);
    ASSERT_EQ(update->errors.size(), 2U);
    EXPECT_EQ(update->errors[0].id, "9");
    EXPECT_EQ(update->errors[0].message, "out of range");
    EXPECT_EQ(update->errors[0].code, "invalid_parameter");
    EXPECT_EQ(update->errors[1].id, "8");
    EXPECT_EQ(update->errors[1].message, "");
}

TEST(ApiAnswer, UpdateWithErrorsAloneIsRead) {
    EXPECT_EQ(parse_shard_update(R"({"data":null,"errors":[{"id":"9"}]})")->errors.size(), 1U);
    EXPECT_EQ(parse_shard_update(R"({"errors":[{"id":"9"}]})")->errors.size(), 1U);
}

TEST(ApiAnswer, UpdateThatIsNoneIsBad) {
    for (const auto* body : {R"({})", R"({"data":{}})", R"({"data":[],"errors":"none"})",
                             R"({"data":[],"errors":["9"]})", R"({"data":[{}]})"}) {
        EXPECT_EQ(parse_shard_update(body).error(), bad_message) << body;
    }
}

TEST(DescribeFailure, TellsStatusAndMessage) {
    const HttpResponse response{403, {}, R"({"status":403,"message":"invalid client secret"})"};

    EXPECT_EQ(describe_failure(response), "403 invalid client secret");
}

TEST(DescribeFailure, FallsBackToErrorThenToTheStatus) {
    EXPECT_EQ(describe_failure({409, {}, R"({"error":"Conflict!","message":""})"}),
              "409 Conflict!");
    EXPECT_EQ(describe_failure({503, {}, R"({"message":null})"}), "503 Service Unavailable");
    EXPECT_EQ(describe_failure({502, {}, "<html>secret stuff</html>"}), "502 Bad Gateway");
    EXPECT_EQ(describe_failure({599, {}, ""}), "599 without a message");
}

TEST(DescribeFailure, IsPrintableAndShort) {
    const std::string message = "a\\u001b[31m\\n\xc3\xbc" + std::string(10'000, 'b');

    const auto text = describe_failure({400, {}, R"({"message":")" + message + R"("})"});

    EXPECT_EQ(text.substr(0, 14), "400 a?[31m???b");
    EXPECT_EQ(text.size(), std::string("400 ").size() + 200);
}

TEST(ApiAnswer, SubscriptionsHaveTypeStatusAndConduit) {
    const auto page = parse_subscriptions(
        R"({"data":[{"id":"1","type":"stream.online","status":"enabled","transport":{"method":"conduit","conduit_id":"c"}},)"
        R"({"type":"channel.follow","status":"authorization_revoked","transport":{"method":"webhook","callback":"https://a"}}],)"
        R"("total":2,"pagination":{"cursor":"next"}})");

    ASSERT_TRUE(page);
    ASSERT_EQ(page->subscriptions.size(), 2U);
    EXPECT_EQ(page->subscriptions[0].type, "stream.online");
    EXPECT_EQ(page->subscriptions[0].status, "enabled");
    EXPECT_EQ(page->subscriptions[0].conduit_id, "c");
    EXPECT_EQ(page->subscriptions[1].conduit_id, "");
    EXPECT_EQ(page->cursor, "next");
    EXPECT_FALSE(parse_subscriptions(R"({"total":0})"));
    EXPECT_FALSE(parse_subscriptions("[]"));
}

}  // namespace
}  // namespace conduitd
