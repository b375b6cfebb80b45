#include "base/time.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

// 2026-11-21T20:42:09Z.
constexpr WallTime moment{seconds(1'795'293'729)};

TEST(FormatRfc3339, AlwaysHasNineFractionalDigits) {
    EXPECT_EQ(format_rfc3339(moment), "2026-11-21T20:42:09.000000000Z");
    EXPECT_EQ(format_rfc3339(moment + nanoseconds(120'000'007)), "2026-11-21T20:42:09.120000007Z");
}

TEST(FormatRfc3339, IsRightBeforeTheEpochAndOnLeapDays) {
    EXPECT_EQ(format_rfc3339(WallTime(nanoseconds(-1))), "1969-12-31T23:59:59.999999999Z");
    EXPECT_EQ(format_rfc3339(WallTime(seconds(951'782'400))), "2000-02-29T00:00:00.000000000Z");
}

TEST(ParseRfc3339, TakesNoneToNineFractionalDigits) {
    EXPECT_EQ(parse_rfc3339("2026-11-21T20:42:09Z"), moment);
    EXPECT_EQ(parse_rfc3339("2026-11-21T20:42:09.1Z"), moment + nanoseconds(100'000'000));
    EXPECT_EQ(parse_rfc3339("2026-11-21T20:42:09.06543104Z"), moment + nanoseconds(65'431'040));
    EXPECT_EQ(parse_rfc3339("2026-11-21T20:42:09.000000001Z"), moment + nanoseconds(1));
    EXPECT_EQ(parse_rfc3339("2026-11-21T20:42:09.999999999Z"), moment + nanoseconds(999'999'999));
}

TEST(ParseRfc3339, ReadsBackWhatWasFormatted) {
    for (const auto time : {WallTime{}, moment, moment + nanoseconds(1), moment - nanoseconds(1)}) {
        EXPECT_EQ(parse_rfc3339(format_rfc3339(time)), time);
    }
}

TEST(ParseRfc3339, RefusesOtherShapes) {
    for (const char* text :
         {"", "Z", "2026-11-21", "2026-11-21T20:42:09", "2026-11-21T20:42:09+00:00",
          "2026-11-21 20:42:09Z", "2026-11-21t20:42:09z", "2026-11-21T20:42:9Z",
          "2026-11-21T20:42:09.Z", "2026-11-21T20:42:09.0123456789Z", "2026-11-21T20:42:09.12a4Z",
          "2026-11-21T20:42:09,5Z", "2026-11-21T20:42:09.5ZZ", " 2026-11-21T20:42:09Z",
          "2026-11-21T20:42:09Z ", "-026-11-21T20:42:09Z", "2026-11-21T20:42:09-5Z"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
}

TEST(ParseRfc3339, RefusesDatesAndTimesThatDoNotExist) {
    for (const char* text : {"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z",
                             "2026-04-31T00:00:00Z", "2026-04-00T00:00:00Z", "2026-04-01T24:00:00Z",
                             "2026-04-01T00:60:00Z", "2026-04-01T00:00:61Z"}) {
        EXPECT_FALSE(parse_rfc3339(text)) << text;
    }
    EXPECT_TRUE(parse_rfc3339("2028-02-29T00:00:00Z"));
}

TEST(ParseRfc3339, TakesALeapSecondForTheFirstOfTheNextMinute) {
    EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60Z"), parse_rfc3339("2017-01-01T00:00:00Z"));
}

// Once overflowed the 64 bits that hold the nanoseconds.
TEST(ParseRfc3339, RefusesYearsThatDoNotFit) {
    EXPECT_FALSE(parse_rfc3339("0001-01-01T00:00:00Z"));
    EXPECT_FALSE(parse_rfc3339("1677-12-31T23:59:59Z"));
    EXPECT_FALSE(parse_rfc3339("2262-01-01T00:00:00Z"));
    EXPECT_FALSE(parse_rfc3339("9999-12-31T23:59:59.999999999Z"));

    const auto earliest = parse_rfc3339("1678-01-01T00:00:00Z");
    const auto latest = parse_rfc3339("2261-12-31T23:59:60.999999999Z");
    ASSERT_TRUE(earliest);
    ASSERT_TRUE(latest);
    EXPECT_EQ(format_rfc3339(*earliest), "1678-01-01T00:00:00.000000000Z");
    EXPECT_EQ(format_rfc3339(*latest), "2262-01-01T00:00:00.999999999Z");
}

}  // namespace
}  // namespace conduitd
