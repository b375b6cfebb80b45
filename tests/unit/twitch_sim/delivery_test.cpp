#include "twitch_sim/driver.hpp"
#include "twitch_sim/model/generator.hpp"
#include "twitch_sim/model/routing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace twitch_sim {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string emitted(Driver& driver, const std::string& type) {
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    const auto answer =
        driver.sim("/sim/emit", R"({"broadcaster_user_id":"700100200","type":")" + type + R"("})");
    EXPECT_EQ(answer.status, 200u) << answer.body;
    return driver.last_text(socket);
}

TEST(Notification, ChatMessageHasTheKeysOfTheRealOneInItsOrder) {
    Driver driver;

    const auto frame = emitted(driver, "channel.chat.message");

    EXPECT_THAT(
        frame,
        MatchesRegex(
            R"(\{"metadata":\{"message_id":"[-_A-Za-z0-9]+=","message_type":"notification",)"
            R"("message_timestamp":"[^"]+","subscription_type":"channel.chat.message",)"
            R"("subscription_version":"1"\},"payload":\{"subscription":\{"id":"[^"]+","status":"enabled",)"
            R"("type":"channel.chat.message","version":"1","condition":\{"broadcaster_user_id":"700100200",)"
            R"("user_id":"700999111"\},"transport":\{"method":"conduit","conduit_id":"[^"]+"\},)"
            R"("created_at":"[^"]+","cost":0\},"event":\{"broadcaster_user_id":"700100200",)"
            R"("broadcaster_user_login":"lanternfox","broadcaster_user_name":"LanternFox",)"
            R"("source_broadcaster_user_id":null,"source_broadcaster_user_login":null,)"
            R"("source_broadcaster_user_name":null,"chatter_user_id":"[^"]+","chatter_user_login":"[^"]+",)"
            R"("chatter_user_name":"[^"]+","message_id":"[^"]+","source_message_id":null,)"
            R"("is_source_only":null,"message":\{"text":.*,"fragments":\[.*\]\},"color":"[^"]*",)"
            R"("badges":\[.*\],"source_badges":null,"message_type":"text","cheer":.*,"reply":.*,)"
            R"("channel_points_custom_reward_id":null,"channel_points_animation_id":null\}\}\})"));
    EXPECT_EQ(parse(frame).at_pointer("/metadata/message_id").as_string().size(), 44u);
}

TEST(Notification, OtherTypesHaveTheirOwnShape) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"stream.online",
         R"("version":"1","cost":0,"condition":\{"broadcaster_user_id":"700100200"\},.*"event":\{)"
         R"("id":"[0-9]+","broadcaster_user_id":"700100200","broadcaster_user_login":"lanternfox",)"
         R"("broadcaster_user_name":"LanternFox","type":"live","started_at":"2026-03-04T05:19:55Z"\})"},
        {"channel.follow",
         R"("version":"2","cost":0,"condition":\{"broadcaster_user_id":"700100200",)"
         R"("moderator_user_id":"700999111"\},.*"event":\{"user_id":"[0-9]+","user_login":"[^"]+",)"
         R"("user_name":"[^"]+","broadcaster_user_id":"700100200",.*,"followed_at":"[^"]+"\})"},
        {"channel.channel_points_custom_reward_redemption.add",
         R"("version":"1","cost":0,"condition":\{"broadcaster_user_id":"700100200","reward_id":""\},)"
         R"(.*"event":\{"id":"[^"]+","broadcaster_user_id":"700100200",.*,"user_input":"[^"]+",)"
         R"("status":"unfulfilled","reward":\{"id":"[^"]+","title":"[^"]+","cost":750,)"
         R"("prompt":"[^"]+"\},"redeemed_at":"[^"]+"\})"}};

    for (const auto& shape : cases) {
        Driver driver;

        const auto frame = emitted(driver, shape.first);

        EXPECT_THAT(frame, MatchesRegex(".*" + shape.second + R"(\}\})"));
        EXPECT_TRUE(parse(frame).is_object());
    }
}

TEST(Notification, EscapesAsTwitchDoesAndKeepsUnicode) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});

    driver.sim("/sim/emit", R"({"text":"a & b <c> \"q\" \\ 👩‍🚀 ü"})");

    EXPECT_THAT(
        driver.last_text(socket),
        HasSubstr(R"("text":"a \u0026 b \u003cc\u003e \"q\" \\ 👩‍🚀 ü","fragments")"));
}

TEST(Notification, PaddingMakesItLarge) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});

    driver.sim("/sim/emit", R"({"pad_bytes":900000})");

    EXPECT_GT(driver.last_text(socket).size(), 900'000u);
    EXPECT_TRUE(parse(driver.last_text(socket)).is_object());
}

TEST(Notification, SubscriptionStaysTheSameForAChannel) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});

    driver.sim("/sim/emit", R"({"broadcaster_user_id":"1","count":2})");

    const auto& texts = driver.client(socket).texts;
    const auto id = [](const std::string& frame) {
        return json::serialize(parse(frame).at_pointer("/payload/subscription"));
    };
    EXPECT_EQ(id(texts.at(1)), id(texts.at(2)));
}

TEST(Routing, ChannelStaysOnItsHomeShard) {
    Driver driver;
    const auto first = driver.connect();
    const auto second = driver.connect();
    const auto conduit = driver.make_conduit(2, {first, second});

    for (int channel = 0; channel < 40; ++channel) {
        driver.sim("/sim/emit", R"({"broadcaster_user_id":")" + std::to_string(channel) + R"("})");
    }

    const auto ledger = driver.ledger();
    std::size_t on_second = 0;
    for (int channel = 0; channel < 40; ++channel) {
        const auto home = home_shard(std::to_string(channel), 2);
        EXPECT_EQ(ledger.at("entries").as_array().at(channel).at("shard").as_string(),
                  std::to_string(home));
        on_second += home;
    }
    EXPECT_EQ(driver.client(second).texts.size(), 1 + on_second);
    EXPECT_GT(on_second, 10u);
    EXPECT_LT(on_second, 30u);
}

TEST(Routing, DisabledHomeIsResentOnceThenDropped) {
    Driver driver;
    const auto first = driver.connect();
    const auto second = driver.connect();
    driver.make_conduit(2, {first, second});

    driver.close_from_client(first);
    for (int channel = 0; channel < 10; ++channel) {
        driver.sim("/sim/emit", R"({"broadcaster_user_id":")" + std::to_string(channel) + R"("})");
    }
    EXPECT_EQ(driver.client(second).texts.size(), 11u);
    driver.close_from_client(second);
    driver.sim("/sim/emit", "{}");

    const auto ledger = driver.ledger();
    EXPECT_EQ(ledger.at("sent").to_number<int>(), 10);
    EXPECT_EQ(ledger.at("dropped").to_number<int>(), 1);
    EXPECT_EQ(ledger.at_pointer("/entries/10/state").as_string(), "dropped");
    EXPECT_EQ(ledger.at_pointer("/entries/10/reason").as_string(), "no shard enabled");
    EXPECT_TRUE(ledger.at_pointer("/entries/10/shard").is_null());
}

TEST(Routing, EachConduitGetsAMessageOfItsOwn) {
    Driver driver;
    const auto first = driver.connect();
    const auto second = driver.connect();
    driver.make_conduit(1, {first});
    driver.make_conduit(1, {second});

    const auto ids = parse(driver.sim("/sim/emit", "{}").body).at("ids").as_array();

    ASSERT_EQ(ids.size(), 2u);
    EXPECT_NE(ids.at(0), ids.at(1));
    EXPECT_THAT(driver.last_text(first), HasSubstr(std::string(ids.at(0).as_string())));
    EXPECT_THAT(driver.last_text(second), HasSubstr(std::string(ids.at(1).as_string())));
}

TEST(Delivery, WhatWasNotWrittenIsLostWithItsSocket) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    driver.sim("/sim/emit", R"({"count":2})");
    driver.confirms_writes = false;
    driver.sim("/sim/emit", R"({"count":3})");
    EXPECT_EQ(driver.ledger().at("queued").to_number<int>(), 3);

    driver.sim("/sim/close", R"({"how":"reset"})");

    const auto ledger = driver.ledger();
    EXPECT_EQ(ledger.at("sent").to_number<int>(), 2);
    EXPECT_EQ(ledger.at("lost").to_number<int>(), 3);
    EXPECT_EQ(ledger.at("queued").to_number<int>(), 0);
    EXPECT_EQ(ledger.at_pointer("/entries/4/reason").as_string(), "socket reset");
    EXPECT_EQ(driver.sent_ids().size(), 2u);
}

TEST(Delivery, DuplicateIsTheSameMessageAgain) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    const auto sent = parse(driver.sim("/sim/emit", "{}").body);
    const auto original = driver.last_text(socket);
    const std::string id(sent.at_pointer("/ids/0").as_string());
    driver.advance(3min);

    const auto answer = driver.sim("/sim/emit", R"({"duplicate_of":")" + id + R"("})");

    EXPECT_EQ(answer.status, 200u);
    EXPECT_EQ(driver.last_text(socket), original);
    EXPECT_EQ(driver.ledger().at("sent").to_number<int>(), 1);
    EXPECT_EQ(driver.ledger().at("duplicates").to_number<int>(), 1);
    EXPECT_EQ(driver.sent_ids(), std::vector<std::string>{id});
    EXPECT_EQ(driver.sim("/sim/emit", R"({"duplicate_of":"unknown"})").status, 404u);
}

TEST(Delivery, RawTextGoesOutVerbatimAndIsNotInTheLedger) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});

    driver.sim("/sim/emit", R"({"raw":"{\"metadata\": broken"})");

    EXPECT_EQ(driver.last_text(socket), "{\"metadata\": broken");
    EXPECT_TRUE(driver.ledger().at("entries").as_array().empty());
}

TEST(Delivery, MalformedOrdersAreRefused) {
    Driver driver;

    EXPECT_EQ(driver.sim("/sim/emit", R"({"type":"channel.raid"})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/emit", R"({"count":0})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/emit", R"({"pad_bytes":-1})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/emit", R"({"raw":"x","session":"none"})").status, 404u);
    EXPECT_EQ(driver.sim("/sim/generator", R"({"rate":-1})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/generator", "{}").status, 400u);
    EXPECT_EQ(driver.http({"GET", "/sim/ledger?format=xml", {}, ""}).status, 400u);
}

TEST(GeneratedEvents, KeepTheRateFromTheFirstBindingOn) {
    auto options = quiet_options();
    options.events_per_second = 2'000;
    Driver driver(options);
    driver.advance(5s);
    const auto socket = driver.connect();

    driver.make_conduit(1, {socket});
    driver.advance(2s);

    EXPECT_EQ(driver.ledger().at("sent").to_number<int>(), 4'000);
    EXPECT_EQ(driver.ledger().at("dropped").to_number<int>(), 0);
    EXPECT_EQ(driver.client(socket).texts.size(), 4'001u);
}

TEST(GeneratedEvents, LateDriverCatchesUpInSeveralCalls) {
    auto options = quiet_options();
    options.events_per_second = 1'000;
    Driver driver(options);
    driver.make_conduit(1, {driver.connect()});

    driver.now += 3s;
    int calls = 0;
    for (; driver.model.deadline() <= driver.now; ++calls) {
        driver.model.on_deadline(driver.now);
        driver.take_outputs();
    }

    EXPECT_EQ(driver.ledger().at("sent").to_number<int>(), 3'000);
    EXPECT_GE(calls, 100) << "nothing else is served during a call";
}

TEST(GeneratedEvents, StopAtTheirBoundAndOnOrder) {
    auto options = quiet_options();
    options.events_per_second = 100;
    options.events_max = 50;
    Driver driver(options);
    driver.make_conduit(1, {driver.connect()});

    driver.advance(5s);
    EXPECT_EQ(driver.ledger().at("sent").to_number<int>(), 50);
    driver.sim("/sim/generator", R"({"rate":0.5,"events_max":7})");
    driver.advance(10s);
    EXPECT_EQ(driver.ledger().at("sent").to_number<int>(), 55);
    driver.sim("/sim/generator", R"({"rate":0})");
    driver.advance(10s);

    EXPECT_EQ(driver.ledger().at("sent").to_number<int>(), 55);
}

TEST(GeneratedEvents, AreBelievable) {
    auto options = quiet_options();
    options.events_per_second = 1'000;
    options.events_max = 2'000;
    options.channels = 20;
    Driver driver(options);
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});

    driver.advance(2s);

    std::map<std::string, int> types;
    std::set<std::string> channels;
    std::set<std::string> ids;
    int replies = 0;
    for (std::size_t i = 1; i < driver.client(socket).texts.size(); ++i) {
        const auto message = parse(driver.client(socket).texts[i]);
        ++types[std::string(message.at_pointer("/metadata/subscription_type").as_string())];
        ids.emplace(message.at_pointer("/metadata/message_id").as_string());
        const auto& event = message.at_pointer("/payload/event").as_object();
        channels.emplace(event.at("broadcaster_user_id").as_string());
        const auto* const reply = event.if_contains("reply");
        if (reply && reply->is_object()) ++replies;
    }
    EXPECT_EQ(ids.size(), 2'000u);
    EXPECT_EQ(channels.size(), 20u);
    EXPECT_EQ(types.size(), 4u);
    EXPECT_NEAR(types["channel.chat.message"], 1'800, 80);
    EXPECT_GT(replies, 100);
}

TEST(GeneratedEvents, SameSeedTellsTheSameStory) {
    const auto story = [] {
        auto options = quiet_options();
        options.events_per_second = 50;
        Driver driver(options);
        const auto socket = driver.connect();
        driver.make_conduit(1, {socket});
        driver.advance(2s);
        return driver.client(socket).texts;
    };

    EXPECT_EQ(story(), story());
}

TEST(Generator, ImmeasurablySmallRateIsNever) {
    Generator generator(1e-300, std::nullopt);

    generator.start(TimePoint(1h));

    EXPECT_EQ(generator.deadline(), conduitd::never);
}

TEST(Generator, IsExactOverALongTime) {
    Generator generator(3, std::nullopt);
    generator.start(TimePoint{});

    std::uint64_t taken = 0;
    while (generator.try_take(TimePoint(24h))) ++taken;

    EXPECT_EQ(taken, 3u * 24 * 3600);
}

}  // namespace
}  // namespace twitch_sim
