#include "sink/consumer_request.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

Hello hello_of(std::string_view line) {
    const auto request = parse_consumer_request(line);
    if (const auto* const bad = std::get_if<BadRequest>(&request)) ADD_FAILURE() << bad->why;
    return std::get<Hello>(request);
}

std::string complaint_about(std::string_view line) {
    const auto request = parse_consumer_request(line);
    const auto* const bad = std::get_if<BadRequest>(&request);
    return bad == nullptr ? "none" : bad->why;
}

TEST(ConsumerRequest, HelloOfANamedConsumerWithAcks) {
    const auto hello = hello_of(
        R"({"hello":{"consumer":"bot","ack":true,"after":41,"from":"newest","types":["channel.chat.message"],"format":"annotated"}})");

    EXPECT_EQ(hello.consumer, "bot");
    EXPECT_TRUE(hello.wants_acks);
    EXPECT_EQ(hello.after, 41U);
    EXPECT_EQ(hello.start_at, StartAt::newest);
    EXPECT_EQ(hello.types, std::vector<std::string>{"channel.chat.message"});
    EXPECT_EQ(hello.format, LineFormat::annotated);
}

TEST(ConsumerRequest, EmptyHelloIsTheDefaultConsumers) {
    const auto hello = hello_of(R"( {"hello":{}} )");

    EXPECT_EQ(hello.consumer, "");
    EXPECT_FALSE(hello.wants_acks);
    EXPECT_FALSE(hello.is_tail);
    EXPECT_FALSE(hello.after);
    EXPECT_FALSE(hello.format);
}

TEST(ConsumerRequest, Ack) {
    const auto request = parse_consumer_request(R"({"ack":9007199254740993})");

    EXPECT_EQ(std::get<Ack>(request).sequence, 9007199254740993U);
}

TEST(ConsumerRequest, WhatIsNoRequestIsComplainedAbout) {
    const std::pair<const char*, const char*> cases[] = {
        {"", "not one line of JSON"},
        {"GET / HTTP/1.1", "not one line of JSON"},
        {"{\"ack\":1} {\"ack\":2}", "not one line of JSON"},
        {"\xff", "not one line of JSON"},
        {"[[[[[[1]]]]]]", "not one line of JSON"},
        {"{}", "a line is"},
        {"7", "a line is"},
        {R"({"ack":1,"hello":{}})", "a line is"},
        {R"({"bye":1})", "a line is"},
        {R"({"ack":-1})", "ack is a sequence"},
        {R"({"ack":1.5})", "ack is a sequence"},
        {R"({"ack":"1"})", "ack is a sequence"},
        {R"({"ack":18446744073709551616})", "ack is a sequence"},
        {R"({"hello":[]})", "hello is an object"},
        {R"({"hello":{"consumer":""}})", "consumer is a name"},
        {R"({"hello":{"consumer":"../etc"}})", "consumer is a name"},
        {R"({"hello":{"consumer":7}})", "consumer is a name"},
        {R"({"hello":{"ack":1}})", "ack is true or false"},
        {R"({"hello":{"tail":"yes"}})", "tail is true or false"},
        {R"({"hello":{"consumer":"bot","after":-1}})", "after is a sequence"},
        {R"({"hello":{"from":"yesterday"}})", "from is"},
        {R"({"hello":{"types":[]}})", "types is a list"},
        {R"({"hello":{"types":"channel.follow"}})", "types is a list"},
        {R"({"hello":{"types":[""]}})", "types is a list"},
        {R"({"hello":{"format":"xml"}})", "format is"},
        {R"({"hello":{"afer":1}})", "there are consumer, ack, tail, after, from, types and format"},
    };
    for (const auto& [line, expected] : cases) {
        EXPECT_EQ(complaint_about(line).find(expected) != std::string::npos, true)
            << line << ": " << complaint_about(line);
    }
}

TEST(ConsumerRequest, MembersThatContradictEachOtherAreRefused) {
    EXPECT_NE(complaint_about(R"({"hello":{"tail":true,"consumer":"bot"}})"), "none");
    EXPECT_NE(complaint_about(R"({"hello":{"tail":true,"ack":true}})"), "none");
    EXPECT_NE(complaint_about(R"({"hello":{"tail":true,"after":1}})"), "none");
    EXPECT_NE(complaint_about(R"({"hello":{"tail":true,"from":"oldest"}})"), "none");
    EXPECT_EQ(complaint_about(R"({"hello":{"tail":true,"from":"newest"}})"), "none");
    EXPECT_NE(complaint_about(R"({"hello":{"ack":true}})"), "none");
    EXPECT_NE(complaint_about(R"({"hello":{"after":1}})"), "none");
    EXPECT_NE(complaint_about(R"({"hello":{"consumer":"bot","ack":true,"format":"raw"}})"), "none");
    EXPECT_EQ(complaint_about(R"({"hello":{"consumer":"bot","format":"raw"}})"), "none");
}

TEST(ConsumerRequest, LimitsAreKept) {
    std::string types = R"("t")";
    for (std::size_t i = 1; i < consumer_types_max; ++i) types += R"(,"t")";
    const auto with = [](const std::string& list) {
        return R"({"hello":{"types":[)" + list + "]}}";
    };

    EXPECT_EQ(complaint_about(with(types)), "none");
    EXPECT_NE(complaint_about(with(types + R"(,"t")")), "none");
    EXPECT_NE(complaint_about(with('"' + std::string(consumer_type_bytes_max + 1, 't') + '"')),
              "none");
    EXPECT_EQ(complaint_about(std::string(consumer_line_bytes_max + 1, ' ')),
              "the line is too long");
}

}  // namespace
}  // namespace conduitd
