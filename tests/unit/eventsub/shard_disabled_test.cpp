#include "eventsub/shard_disabled.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

std::string frame_with(std::string_view event) {
    return R"({"metadata":{"message_id":"m","message_type":"notification"},"payload":{"event":)" +
           std::string(event) + "}}";
}

TEST(ShardDisabled, NamesShardStatusAndSession) {
    const auto news = parse_shard_disabled(frame_with(
        R"({"conduit_id":"c","shard_id":"4","status":"websocket_disconnected","transport":{"method":"websocket","callback":null,"session_id":"AgoQ"}})"));

    ASSERT_TRUE(news);
    EXPECT_EQ(news->conduit_id, "c");
    EXPECT_EQ(news->shard, 4U);
    EXPECT_EQ(news->status, "websocket_disconnected");
    EXPECT_EQ(news->session_id, "AgoQ");
}

TEST(ShardDisabled, WebhookHasNoSession) {
    const auto news = parse_shard_disabled(frame_with(
        R"({"conduit_id":"c","shard_id":"0","status":"notification_failures_exceeded","transport":{"method":"webhook","callback":"https://a","session_id":null}})"));

    ASSERT_TRUE(news);
    EXPECT_EQ(news->session_id, "");
}

TEST(ShardDisabled, WhatNamesNoShardTellsNothing) {
    for (const auto* const event :
         {"null", "{}", "[]", R"({"conduit_id":"c"})", R"({"conduit_id":"c","shard_id":"x"})",
          R"({"conduit_id":"c","shard_id":"-1"})", R"({"conduit_id":"c","shard_id":"4294967296"})",
          R"({"conduit_id":"","shard_id":"1"})", R"({"conduit_id":"c","shard_id":"1 "})"}) {
        EXPECT_FALSE(parse_shard_disabled(frame_with(event))) << event;
    }
    EXPECT_FALSE(parse_shard_disabled("{"));
    EXPECT_FALSE(parse_shard_disabled(""));
}

}  // namespace
}  // namespace conduitd
