#include "telemetry/log_render.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// 2026-11-21T20:42:09.123999999Z.
constexpr WallTime moment{milliseconds(1'795'293'729'123) + nanoseconds(999'999)};

std::string text_of(std::vector<LogField> fields, std::string_view what = "claim accepted") {
    return render_text({moment, LogLevel::info, "worker", what, fields});
}

std::string json_of(std::vector<LogField> fields, std::string_view what = "claim accepted") {
    return render_json({moment, LogLevel::info, "worker", what, fields});
}

// What stands behind `key=` in the text shape.
std::string text_value(std::string_view value) {
    return text_of({{"key", value}}).substr(text_of({}).size() + 5);
}

TEST(RenderText, HasTimeLevelAreaWhatHappenedAndFieldsInTheirOrder) {
    EXPECT_EQ(text_of({{"shard", 3}, {"session", "AgoQ"}}),
              "2026-11-21T20:42:09.123Z info worker: claim accepted shard=3 session=AgoQ");
    EXPECT_EQ(text_of({}), "2026-11-21T20:42:09.123Z info worker: claim accepted");
}

TEST(RenderText, NamesEveryLevel) {
    const auto level_of = [](LogLevel level) {
        const auto text = render_text({WallTime{}, level, "a", "b", {}});
        return text.substr(25, text.find(" a: b") - 25);
    };

    EXPECT_EQ(level_of(LogLevel::debug), "debug");
    EXPECT_EQ(level_of(LogLevel::info), "info");
    EXPECT_EQ(level_of(LogLevel::warn), "warn");
    EXPECT_EQ(level_of(LogLevel::error), "error");
}

TEST(RenderText, LeavesPlainValuesAsTheyAre) {
    for (const char* value : {"0", "-7", "wss://host:443", "a,b;c'd(e)[f]{g}|h", "caf\xc3\xa9"}) {
        EXPECT_EQ(text_value(value), value);
    }
}

TEST(RenderText, QuotesValuesThatCouldBeMisread) {
    EXPECT_EQ(text_value(""), R"("")");
    EXPECT_EQ(text_value("two words"), R"("two words")");
    EXPECT_EQ(text_value("a=b"), R"("a=b")");
    EXPECT_EQ(text_value("say \"hi\""), R"("say \"hi\"")");
    EXPECT_EQ(text_value("back\\slash"), R"("back\\slash")");
    EXPECT_EQ(text_value("line\nbreak"), R"("line\nbreak")");
    EXPECT_EQ(text_value("\x1b[31m"), R"("\u001b[31m")");
    EXPECT_EQ(text_value(std::string_view("\0\x7f", 2)), R"("\u0000\u007f")");
}

TEST(RenderText, IsOneLineOfValidUtf8WhateverComesIn) {
    EXPECT_EQ(text_value("a\xff"), "a\xef\xbf\xbd");
    EXPECT_EQ(text_of({}, "odd\nsentence"),
              R"(2026-11-21T20:42:09.123Z info worker: "odd\nsentence")");
}

TEST(RenderJson, IsOneFlatObjectOfStrings) {
    EXPECT_EQ(json_of({{"shard", 3}, {"same", true}, {"empty", ""}}),
              R"({"time":"2026-11-21T20:42:09.123Z","level":"info","area":"worker",)"
              R"("message":"claim accepted","shard":"3","same":"true","empty":""})");
}

TEST(RenderJson, EscapesAndRepairsWhateverComesIn) {
    EXPECT_EQ(json_of({{"k", "a\"b\\c\n\x01\xff"}}, "x\"\xc3"),
              R"({"time":"2026-11-21T20:42:09.123Z","level":"info","area":"worker",)"
              "\"message\":\"x\\\"\xef\xbf\xbd\",\"k\":\"a\\\"b\\\\c\\n\\u0001\xef\xbf\xbd\"}");
}

TEST(RenderJson, HasNoMemberTwice) {
    EXPECT_EQ(json_of({{"message", "m"}, {"level", 2}}),
              R"({"time":"2026-11-21T20:42:09.123Z","level":"info","area":"worker",)"
              R"("message":"claim accepted","message_":"m","level_":"2"})");
}

}  // namespace
}  // namespace conduitd
