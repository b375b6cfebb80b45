#include "eventsub/error.hpp"
#include "eventsub/frames.hpp"
#include "eventsub/message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conduitd {
namespace {

// The frame is refused, and the parser reads the next one as if nothing had been.
void expect_malformed(std::string_view frame) {
    MessageParser parser;

    const auto refused = parser.parse(frame);
    const auto next = parser.parse(welcome_frame);

    EXPECT_EQ(refused.error(), make_error_code(EventsubError::malformed_frame)) << frame;
    ASSERT_TRUE(next);
    EXPECT_EQ(next->session_id, "AgoQWPlR_jgbGJ1wk7n705OSOBIGY2VsbC1h");
}

TEST(MalformedFrame, IsNotOneObject) {
    for (const char* frame : {"", " ", "null", "5", "\"text\"", "[]", "[{}]", "{}", "hello", "{",
                              "}", "{{}", "\xef\xbb\xbf", "GET / HTTP/1.1"}) {
        expect_malformed(frame);
    }
}

TEST(MalformedFrame, IsCutShortAnywhere) {
    MessageParser parser;
    for (const auto frame : {welcome_frame, keepalive_frame, reconnect_frame}) {
        for (std::size_t size = 0; size < frame.size(); ++size) {
            const auto refused = parser.parse(frame.substr(0, size));
            EXPECT_EQ(refused.error(), make_error_code(EventsubError::malformed_frame)) << size;
        }
    }
}

TEST(MalformedFrame, HasSomethingBehindTheObject) {
    for (const char* tail : {"x", "{}", "}", "]", ",", "\"", "null", " 5 ", "{\"metadata\":{}}"}) {
        expect_malformed(std::string(keepalive_frame) + tail);
        expect_malformed(std::string(welcome_frame) + tail);
    }
    expect_malformed(std::string(keepalive_frame) + '\0');
    expect_malformed(std::string(keepalive_frame) + std::string(keepalive_frame));
}

TEST(MalformedFrame, HasBracketsThatDoNotBalance) {
    for (const char* payload : {"{", "{{}", "[", "[[]", "{\"a\":[}", "}", "]", "{}}", "[]]"}) {
        expect_malformed(frame_of("session_keepalive", "id", payload));
    }
}

TEST(MalformedFrame, IsNestedTooDeeply) {
    const std::string bound(frame_depth_max, '[');
    expect_malformed(frame_of("notification", "id", bound + std::string(frame_depth_max, ']')));
    expect_malformed(std::string(1'000'000, '['));
    expect_malformed(
        frame_of("notification", "id", std::string(400'000, '[') + std::string(400'000, ']')));
    std::string objects;
    for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
    expect_malformed(objects);
}

TEST(MalformedFrame, HasNoUsableMetadata) {
    for (const char* metadata :
         {"null", "5", "[]", "\"text\"", "{}", R"({"message_id":"a"})",
          R"({"message_type":"notification"})", R"({"message_id":5,"message_type":"notification"})",
          R"({"message_id":null,"message_type":"notification"})",
          R"({"message_id":["a"],"message_type":"notification"})",
          R"({"message_id":"","message_type":"notification"})",
          R"({"message_id":"a","message_type":""})", R"({"message_id":"a","message_type":5})",
          R"({"message_id":"a","message_type":{"a":"notification"}})",
          R"({"message_id":"\x","message_type":"notification"})",
          R"({"message_id":"\ud800","message_type":"notification"})",
          R"({"message_id":"a" "message_type":"notification"})",
          R"({"message_id":"a","message_type":"notification",})", R"({"message_id":"a",5:6})"}) {
        expect_malformed(R"({"payload":{},"metadata":)" + std::string(metadata) + "}");
    }
    expect_malformed(
        R"({"payload":{"metadata":{"message_id":"a","message_type":"notification"}}})");
}

TEST(MalformedFrame, HasIdsBeyondTheirBound) {
    const std::string too_long(id_bytes_max + 1, 'i');
    expect_malformed(frame_of("notification", too_long, "{}"));
    expect_malformed(frame_of(too_long, "id", "{}"));
    expect_malformed(welcome_with(R"({"id":")" + too_long + "\"}"));
}

TEST(MalformedFrame, IsAWelcomeWithoutASessionId) {
    for (const char* payload :
         {"null", "{}", "[]", "5", R"({"session":null})", R"({"session":[]})", R"({"session":{}})",
          R"({"session":{"id":null}})", R"({"session":{"id":5}})", R"({"session":{"id":""}})",
          R"({"session":{"id":"\q"}})", R"({"session":{"id" "x"}})", R"({"Session":{"id":"x"}})"}) {
        expect_malformed(frame_of("session_welcome", "w", payload));
    }
    expect_malformed(R"({"metadata":{"message_id":"a","message_type":"session_welcome"}})");
}

TEST(MalformedFrame, IsNotUtf8OrHasBareControlCharactersInStrings) {
    expect_malformed(frame_of("notification", "a\xff", "{}"));
    expect_malformed(frame_of("session_keepalive", "a", "{\"text\":\"\xc3\"}"));
    expect_malformed(frame_of("notification", "a\nb", "{}"));
}

TEST(MessageParser, RefusesFramesBeyondTheirBoundAsTooLarge) {
    MessageParser parser;

    const auto refused = parser.parse(std::string(frame_bytes_max + 1, ' '));

    EXPECT_EQ(refused.error(), make_error_code(EventsubError::frame_too_large));
    EXPECT_TRUE(parser.parse(keepalive_frame));
}

}  // namespace
}  // namespace conduitd
