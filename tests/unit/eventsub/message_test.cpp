#include "eventsub/message.hpp"

#include "eventsub/frames.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace conduitd {
namespace {

using std::chrono::seconds;

// Parses with a parser of its own, which lives as long as the message.
struct Parsed {
    explicit Parsed(std::string_view text) : frame(text), result(parser.parse(frame)) {
        EXPECT_TRUE(result) << frame;
    }
    const Message* operator->() const { return &*result; }

    std::string frame;
    MessageParser parser;
    Result<Message> result;
};

TEST(MessageParser, ReadsAWelcome) {
    const Parsed message(welcome_frame);

    EXPECT_EQ(message->type, MessageType::session_welcome);
    EXPECT_EQ(message->type_name, "session_welcome");
    EXPECT_EQ(message->id, "ee5fbbc6-10c3-44da-9252-8a2fc6c8c27b");
    EXPECT_EQ(message->timestamp, "2026-03-04T05:06:07.412345678Z");
    EXPECT_EQ(message->session_id, "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
    EXPECT_EQ(message->keepalive_timeout, seconds(30));
    EXPECT_EQ(message->reconnect_url, "");
    EXPECT_EQ(message->subscription_type, "");
}

TEST(MessageParser, ReadsAKeepalive) {
    const Parsed message(keepalive_frame);

    EXPECT_EQ(message->type, MessageType::session_keepalive);
    EXPECT_EQ(message->id, "4bbff35d-5a20-426a-b948-bf77db316dd5");
    EXPECT_EQ(message->session_id, "");
    EXPECT_FALSE(message->keepalive_timeout);
}

TEST(MessageParser, ReadsDataMessages) {
    const Parsed notification(notification_frame);
    const Parsed revocation(revocation_frame);

    EXPECT_EQ(notification->type, MessageType::notification);
    EXPECT_EQ(notification->id, "uSnsZewat0JuUuJaWhI4C1fy1inZLEmeAsOoRc9mHGw=");
    EXPECT_EQ(notification->subscription_type, "stream.online");
    EXPECT_EQ(revocation->type, MessageType::revocation);
    EXPECT_EQ(revocation->subscription_type, "channel.follow");
}

TEST(MessageParser, DecodesTheReconnectUrlAndNothingMore) {
    const Parsed message(reconnect_frame);

    EXPECT_EQ(message->type, MessageType::session_reconnect);
    EXPECT_EQ(message->session_id, "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
    EXPECT_EQ(message->reconnect_url,
              "wss://cell-a.eventsub.wss.twitch.tv/ws?challenge=a1b2c3d4-1111-4222-8333-"
              "444455556666&id=AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
    EXPECT_FALSE(message->keepalive_timeout);
}

TEST(MessageParser, NamesATypeItDoesNotKnow) {
    const Parsed message(frame_of("session_\\u0066arewell", "id", "[1,2]"));

    EXPECT_EQ(message->type, MessageType::unknown);
    EXPECT_EQ(message->type_name, "session_farewell");
    EXPECT_EQ(message->id, "id");
}

TEST(MessageParser, AcceptsAnyOrderOfKeysAndKeysItDoesNotKnow) {
    const Parsed message(
        R"( { "hint" : [{"metadata":1}], "payload" : {"x":{"session":{"id":"inner"}},
            "session":{"extra":[[]],"keepalive_timeout_seconds": 45 ,"id":"outer","status":null}},
            "metadata" : {"more":{"message_id":"deep"},"message_type":"session_welcome",
            "message_id":"w"},"last":null } )");

    EXPECT_EQ(message->type, MessageType::session_welcome);
    EXPECT_EQ(message->id, "w");
    EXPECT_EQ(message->timestamp, "");
    EXPECT_EQ(message->session_id, "outer");
    EXPECT_EQ(message->keepalive_timeout, seconds(45));
}

TEST(MessageParser, ReadsEscapedKeysAndStrings) {
    const Parsed message(
        R"({"m\u0065tadata":{"message\u005fid":"\u00e9\n\"\ud83e\udd8a","message_type":"notif\u0069cation"},"payload":{}})");

    EXPECT_EQ(message->type, MessageType::notification);
    EXPECT_EQ(message->id, "\xc3\xa9\n\"\xf0\x9f\xa6\x8a");
}

TEST(MessageParser, TakesTheLastOfKeysThatComeTwice) {
    const Parsed message(
        R"({"metadata":{"message_id":"1","message_type":"session_reconnect","more":"first"},)"
        R"("payload":{"session":{"id":"first"}},"payload":{"session":{"id":"x","id":"second"}},)"
        R"("metadata":{"message_id":"2","message_id":"3","message_type":"session_welcome"}})");

    EXPECT_EQ(message->type, MessageType::session_welcome);
    EXPECT_EQ(message->id, "3");
    EXPECT_EQ(message->session_id, "second");
}

// Nothing that was received may be lost because its payload is not what we know.
TEST(MessageParser, DoesNotLookIntoThePayloadOfDataMessages) {
    for (const char* payload :
         {"{}", "[]", "null", "17", "\"text\"", R"({"session":5})", R"({"session":{"id":7}})",
          R"({"event":{"text":"\ud800 lone","n":01,"x":tru}})", R"({"a":{"b":[1,,2]}})"}) {
        const Parsed message(frame_of("notification", "id", payload));
        EXPECT_EQ(message->type, MessageType::notification) << payload;
    }
    const Parsed without(R"({"metadata":{"message_id":"a","message_type":"revocation"}})");
    EXPECT_EQ(without->type, MessageType::revocation);
}

TEST(MessageParser, CountsMetadataOfAWrongTypeAsMissing) {
    const Parsed message(
        R"({"metadata":{"message_id":"a","message_type":"notification","message_timestamp":5,)"
        R"("subscription_type":{"a":[1]}},"payload":{}})");

    EXPECT_EQ(message->timestamp, "");
    EXPECT_EQ(message->subscription_type, "");
}

TEST(MessageParser, TakesKeepaliveTimeoutsOfOneToThreeThousandSixHundredSeconds) {
    const auto timeout = [](const std::string& value) {
        const Parsed message(
            welcome_with(R"({"keepalive_timeout_seconds":)" + value + R"(,"id":"s"})"));
        EXPECT_EQ(message->session_id, "s");
        return message->keepalive_timeout;
    };

    EXPECT_EQ(timeout("1"), seconds(1));
    EXPECT_EQ(timeout("10"), seconds(10));
    EXPECT_EQ(timeout(" 600 "), seconds(600));
    EXPECT_EQ(timeout("3600"), seconds(3600));
    for (const char* value :
         {"null", "0", "-10", "3601", "10.5", "1e1", "99999999999999999999999999999", "10x",
          "\"10\"", "true", "[10]", "{\"a\":10}", "-", "nul"}) {
        EXPECT_EQ(timeout(value), std::nullopt) << value;
    }
    const Parsed without(welcome_with(R"({"id":"s"})"));
    EXPECT_EQ(without->keepalive_timeout, std::nullopt);
}

TEST(MessageParser, ReadsTheReconnectUrlWithoutASessionId) {
    const Parsed message(
        frame_of("session_reconnect", "r", R"({"session":{"reconnect_url":"wss://h?\/x"}})"));

    EXPECT_EQ(message->reconnect_url, "wss://h?/x");
    EXPECT_EQ(message->session_id, "");
}

TEST(MessageParser, KeepsTheOrderToMoveWithoutAUsableUrl) {
    for (const char* payload :
         {"null", "{}", R"({"session":null})", R"({"session":{"id":"s"}})",
          R"({"session":{"reconnect_url":null}})", R"({"session":{"reconnect_url":""}})",
          R"({"session":{"reconnect_url":["wss://h/"]}})"}) {
        const Parsed message(frame_of("session_reconnect", "r", payload));

        EXPECT_EQ(message->type, MessageType::session_reconnect) << payload;
        EXPECT_EQ(message->reconnect_url, "") << payload;
    }
}

TEST(MessageParser, TakesIdsUpToTheirBound) {
    const std::string longest(id_bytes_max, 'i');
    const Parsed message(frame_of("notification", longest, "{}"));
    const Parsed welcome(welcome_with(R"({"id":")" + longest + "\"}"));

    EXPECT_EQ(message->id, longest);
    EXPECT_EQ(welcome->session_id, longest);
}

TEST(MessageParser, TakesFramesUpToTheirBound) {
    const auto rest = frame_of("notification", "big", R"({"text":""})").size();
    const std::string text(frame_bytes_max - rest, 't');
    const auto frame = frame_of("notification", "big", R"({"text":")" + text + "\"}");
    ASSERT_EQ(frame.size(), frame_bytes_max);

    const Parsed message(frame);

    EXPECT_EQ(message->id, "big");
}

TEST(MessageParser, TakesFramesNestedUpToTheirBound) {
    const std::string opening(frame_depth_max - 1, '[');
    const std::string closing(frame_depth_max - 1, ']');
    const Parsed message(frame_of("notification", "deep", opening + closing));

    EXPECT_EQ(message->id, "deep");
}

TEST(MessageParser, ReadsFramesOfAnySizeOneAfterAnother) {
    MessageParser parser;
    for (const std::size_t size : {10, 5000, 100, 200'000, 0, 64, 63, 65}) {
        const auto frame = frame_of("notification", "n" + std::to_string(size),
                                    R"({"text":")" + std::string(size, '}') + "\"}");

        const auto message = parser.parse(frame);

        ASSERT_TRUE(message) << size;
        EXPECT_EQ(message->id, "n" + std::to_string(size));
    }
}

TEST(MessageParser, DoesNotNeedTheFrameAfterwards) {
    MessageParser parser;
    auto frame = std::make_unique<std::string>(reconnect_frame);

    const auto message = parser.parse(*frame);
    frame->assign(frame->size(), '!');
    frame.reset();
    MessageParser moved = std::move(parser);

    ASSERT_TRUE(message);
    EXPECT_EQ(message->type_name, "session_reconnect");
    EXPECT_EQ(message->session_id, "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
}

}  // namespace
}  // namespace conduitd
