#include "worker/reconnect_url.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

bool is_followed(std::string_view configured, std::string_view url) {
    return judge_reconnect_url(*parse_url(configured), url).has_value();
}

constexpr std::string_view real = "wss://eventsub.wss.twitch.tv/ws";
constexpr std::string_view local = "ws://127.0.0.1:8080/ws";

TEST(ReconnectUrl, ConfiguredHostAndNamesUnderItAreFollowed) {
    EXPECT_TRUE(is_followed(real, "wss://eventsub.wss.twitch.tv/ws?challenge=1"));
    EXPECT_TRUE(is_followed(real, "wss://cell-a.eventsub.wss.twitch.tv/ws?challenge=1&id=A"));
    EXPECT_TRUE(is_followed(real, "wss://CELL-A.EventSub.wss.twitch.tv/ws"));
    EXPECT_TRUE(is_followed(real, "wss://cell-a.eventsub.wss.twitch.tv:443/ws"));
    EXPECT_TRUE(is_followed(real, "wss://cell-a.eventsub.wss.twitch.tv?challenge=1"));
}

TEST(ReconnectUrl, StrangersAreNotFollowed) {
    EXPECT_FALSE(is_followed(real, "wss://eviltwitch.tv/ws"));
    EXPECT_FALSE(is_followed(real, "wss://eventsub.wss.twitch.tv.evil.org/ws"));
    EXPECT_FALSE(is_followed(real, "wss://evileventsub.wss.twitch.tv/ws"));
    EXPECT_FALSE(is_followed(real, "wss://wss.twitch.tv/ws"));
    EXPECT_FALSE(is_followed(real, "wss://127.0.0.1/ws"));
    EXPECT_FALSE(is_followed(real, "wss://eventsub.wss.twitch.tv@evil.org/ws"));
    EXPECT_FALSE(is_followed(real, "wss://eventsub.wss.twitch.tv:8443/ws"));
}

TEST(ReconnectUrl, SchemeMustBeTheSame) {
    EXPECT_FALSE(is_followed(real, "ws://eventsub.wss.twitch.tv/ws"));
    EXPECT_FALSE(is_followed(real, "https://eventsub.wss.twitch.tv/ws"));
    EXPECT_FALSE(is_followed(local, "wss://127.0.0.1:8080/ws"));
}

TEST(ReconnectUrl, OnLoopbackAnyLoopbackHostAndPortIsFollowed) {
    EXPECT_TRUE(is_followed(local, "ws://127.0.0.1:9/ws"));
    EXPECT_TRUE(is_followed(local, "ws://localhost:1234/ws"));
    EXPECT_TRUE(is_followed(local, "ws://[::1]:1234/ws"));
    EXPECT_FALSE(is_followed(local, "ws://10.0.0.1:8080/ws"));
    EXPECT_FALSE(is_followed(local, "ws://127.0.0.1.evil.org/ws"));
}

TEST(ReconnectUrl, WhatIsNoUrlIsNotFollowed) {
    for (const std::string_view text :
         {"", "null", "javascript:alert(1)", "wss://", "//host/ws", "wss://a b/ws"}) {
        EXPECT_FALSE(is_followed(real, text)) << text;
    }
}

TEST(ReconnectUrl, WhatIsShownOfItLeadsToTheHostWithoutTheChallenge) {
    EXPECT_EQ(shown_reconnect_url("wss://Evil.org:8443/ws?challenge=1"), "wss://evil.org:8443");
    EXPECT_EQ(shown_reconnect_url("wss://a@evil.org/ws?challenge=1"), "wss://a@evil.org/ws");
    EXPECT_EQ(shown_reconnect_url(""), "");
    EXPECT_EQ(shown_reconnect_url(std::string(100'000, 'x')).size(), 100u);
    EXPECT_EQ(shown_reconnect_url("wss://" + std::string(100'000, 'x')).size(), 100u);
}

}  // namespace
}  // namespace conduitd
