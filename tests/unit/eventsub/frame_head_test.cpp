#include "eventsub/frame_head.hpp"

#include "eventsub/frames.hpp"
#include "eventsub/message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conduitd {
namespace {

// As read_frame_head() and a parser of the whole frame find it: a frame with a blank in front is
// left to that.
void expect_same_as_of_the_whole(const std::string& frame) {
    MessageParser parser;

    const auto head = read_frame_head(frame);
    const auto whole = parser.parse(" " + frame);

    ASSERT_TRUE(head) << frame;
    ASSERT_TRUE(whole) << frame;
    EXPECT_EQ(head->message_id, whole->id) << frame;
    EXPECT_EQ(head->message_type, whole->type_name) << frame;
    EXPECT_EQ(head->message_timestamp.value_or(""), whole->timestamp) << frame;
    EXPECT_EQ(head->subscription_type.value_or(""), whole->subscription_type) << frame;
}

TEST(FrameHead, TellsOfDataMessagesWhatTheWholeFrameTells) {
    expect_same_as_of_the_whole(std::string(notification_frame));
    expect_same_as_of_the_whole(std::string(revocation_frame));
    expect_same_as_of_the_whole(frame_of("notification", "id", "{}"));
    expect_same_as_of_the_whole(frame_of("notification", "a", R"({"a":[{"b":"\"}}"}]})"));
    expect_same_as_of_the_whole(
        R"({"metadata":{"more":"","subscription_type":"a","message_type":"revocation","message_id":"b"},"payload":{}})");
}

TEST(FrameHead, ViewsPointIntoTheFrame) {
    const std::string frame(notification_frame);

    const auto head = read_frame_head(frame);

    ASSERT_TRUE(head);
    EXPECT_EQ(head->message_id->data(), frame.data() + frame.find("uSnsZewat0"));
}

TEST(FrameHead, LeavesOtherMessagesToTheParser) {
    for (const auto frame : {welcome_frame, keepalive_frame, reconnect_frame}) {
        EXPECT_FALSE(read_frame_head(frame)) << frame;
    }
    EXPECT_FALSE(read_frame_head(frame_of("session_farewell", "id", "{}")));
}

TEST(FrameHead, LeavesWhatIsWrittenInAnyOtherWayToTheParser) {
    for (const char* frame : {
             "",
             "{}",
             R"({"metadata":{)",
             R"({"metadata":{},"payload":{}})",
             R"({"metadata":{"message_type":"notification"}})",
             R"({"metadata":{"message_type":"notification"},"payload":{})",
             R"({"metadata":{"message_type":"notification"},"payload":{}} )",
             R"({"metadata":{"message_type":"notification"},"payload":[]})",
             R"({"metadata":{"message_type":"notification"},"payload":null})",
             R"({"metadata":{"message_type":"notification"},"event":{}})",
             R"({"metadata":{"message_type":"notification",},"payload":{}})",
             R"({"metadata":{"message_type":"notification" },"payload":{}})",
             R"({"metadata":{"message_type": "notification"},"payload":{}})",
             R"({"metadata":{"message_type":"notification","n":1},"payload":{}})",
             R"({"metadata":{"message_type":"notification","n":{}},"payload":{}})",
             R"({"metadata":{"message_type":"notif\u0069cation"},"payload":{}})",
             R"({"metadata":{"message\u005ftype":"notification"},"payload":{}})",
             R"({"metadata":{"message_type":"notification","message_id":"\""},"payload":{}})",
             R"({"payload":{},"metadata":{"message_type":"notification"}})",
             R"( {"metadata":{"message_type":"notification"},"payload":{}})",
         }) {
        EXPECT_FALSE(read_frame_head(frame)) << frame;
    }
    EXPECT_FALSE(read_frame_head(frame_of("notification", "a\nb", "{}")));
    EXPECT_FALSE(read_frame_head(frame_of("notification", "a\x7f", "{}")));
    EXPECT_FALSE(read_frame_head(frame_of("notification", "a\xc3\xa9", "{}")));
}

// Which of two counts is decided in one place.
TEST(FrameHead, LeavesMembersThatComeTwiceToTheParser) {
    EXPECT_FALSE(read_frame_head(
        R"({"metadata":{"message_type":"notification","message_id":"1","message_id":"2"},"payload":{}})"));
}

TEST(FrameHead, IsCutShortAnywhere) {
    const auto payload = notification_frame.find(R"({"subscription":)");
    for (std::size_t size = 0; size <= payload; ++size) {
        EXPECT_FALSE(read_frame_head(notification_frame.substr(0, size))) << size;
    }
}

TEST(FrameHead, LooksNoFurtherThanItsBound) {
    const std::string_view before = R"({"metadata":{"message_type":"notification","more":")";
    const std::string_view behind = R"("},"payload":{)";
    const auto frame_with = [&](std::size_t head_bytes) {
        std::string frame(before);
        frame.append(head_bytes - before.size() - behind.size(), 'm');
        frame += behind;
        return frame + "}}";
    };

    EXPECT_TRUE(read_frame_head(frame_with(frame_head_bytes_max)));
    EXPECT_FALSE(read_frame_head(frame_with(frame_head_bytes_max + 1)));
}

}  // namespace
}  // namespace conduitd
