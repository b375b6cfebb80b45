#include "twitch_sim/server/http_message.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace twitch_sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

HttpAnswer make_answer(unsigned status, std::string body) {
    HttpAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
}

TEST(EncodeAnswer, SaysLengthAndDate) {
    AnswerFraming framing;
    framing.date = conduitd::WallTime(std::chrono::seconds(1795293729));

    const std::string text = encode_answer(make_answer(200, "hello"), framing);

    EXPECT_THAT(text, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(text, HasSubstr("\r\nDate: Sat, 21 Nov 2026 20:42:09 GMT\r\n"));
    EXPECT_THAT(text, EndsWith("\r\nContent-Length: 5\r\n\r\nhello"));
    EXPECT_THAT(text, Not(HasSubstr("Connection:")));
}

TEST(EncodeAnswer, HeadHasTheLengthButNoBody) {
    AnswerFraming framing;
    framing.is_head = true;

    const std::string text = encode_answer(make_answer(200, "hello"), framing);

    EXPECT_THAT(text, EndsWith("\r\nContent-Length: 5\r\n\r\n"));
}

TEST(EncodeAnswer, NoContentHasNoLength) {
    AnswerFraming framing;
    framing.after = AfterAnswer::close;

    const std::string text = encode_answer(make_answer(204, ""), framing);

    EXPECT_THAT(text, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(text, EndsWith("\r\nConnection: close\r\n\r\n"));
}

TEST(EncodeAnswer, OwnDateIsKept) {
    HttpAnswer answer = make_answer(200, "");
    answer.headers = {{"date", "never"}};

    const std::string text = encode_answer(answer, {});

    EXPECT_THAT(text, HasSubstr("\r\ndate: never\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("Date:")));
}

TEST(MakeErrorAnswer, HasTheShapeOfHelix) {
    const HttpAnswer answer = make_error_answer(400, "a \"quoted\" reason");

    EXPECT_EQ(answer.body,
              R"({"error":"Bad Request","status":400,"message":"a \"quoted\" reason"})");
}

TEST(HasToken, ComparesWholeTokensWithoutCase) {
    EXPECT_TRUE(has_token("keep-alive, Upgrade", "upgrade"));
    EXPECT_TRUE(has_token("UPGRADE", "upgrade"));
    EXPECT_FALSE(has_token("upgrade-insecure", "upgrade"));
    EXPECT_FALSE(has_token("", "upgrade"));
}

}  // namespace
}  // namespace twitch_sim
