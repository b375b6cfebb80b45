#include "config/parse_value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::settings;
using std::chrono::seconds;
using testing::HasSubstr;

namespace {
constexpr std::uint64_t mebibyte = 1024ULL * 1024;

Parsed<std::uint64_t> size_of(std::string_view text) {
    return parse_size(text, mebibyte, mebibyte * mebibyte);
}
Parsed<Duration> time_of(std::string_view text) {
    return parse_seconds(text, seconds(1), seconds(300));
}
}  // namespace

TEST(ParseValue, NumberInRangeIsTaken) {
    EXPECT_EQ(*parse_number("0", 0, 9), 0U);
    EXPECT_EQ(*parse_number("20000", 1, 20'000), 20'000U);
}

TEST(ParseValue, WhatIsNoPlainNumberIsRefused) {
    for (const auto* const text :
         {"", " 1", "1 ", "-1", "+1", "1.0", "1e3", "0x10", "one", "1\n"}) {
        EXPECT_FALSE(parse_number(text, 0, 1000)) << text;
    }
}

TEST(ParseValue, OctalLookingNumberIsRefused) {
    for (const auto* const text : {"010", "00", "0o17"}) {
        EXPECT_FALSE(parse_number(text, 0, 1000)) << text;
    }
    EXPECT_EQ(parse_number("010", 0, 1000).error().why, "begins with a zero");
}

TEST(ParseValue, NumberOutOfRangeIsRefused) {
    EXPECT_EQ(parse_number("0", 1, 9).error().why, "is too small");
    EXPECT_EQ(parse_number("10", 1, 9).error().why, "is too large");
    EXPECT_EQ(parse_number("18446744073709551616", 1, 9).error().why, "is too large");
}

TEST(ParseValue, SizeHasUnitsOfThousandsAndOf1024) {
    EXPECT_EQ(*size_of("1048576"), mebibyte);
    EXPECT_EQ(*size_of("1048576B"), mebibyte);
    EXPECT_EQ(*size_of("64MB"), 64'000'000U);
    EXPECT_EQ(*size_of("512MiB"), 512 * mebibyte);
    EXPECT_EQ(*size_of("1 GiB"), 1024 * mebibyte);
    EXPECT_EQ(*size_of("2gib"), 2048 * mebibyte);
    EXPECT_EQ(*size_of("1TiB"), mebibyte * mebibyte);
}

TEST(ParseValue, SizeOutOfRangeOrWithoutSenseIsRefused) {
    for (const auto* const text :
         {"", "MiB", "1023KiB", "1048575", "1025GiB", "1.5GiB", "-1GiB", "1G", "1  GiB", "1GiB ",
          "1 ", "010MiB", "18446744073709551615TiB", "99999999999999999999"}) {
        EXPECT_FALSE(size_of(text)) << text;
    }
}

TEST(ParseValue, SecondsAreTakenWithAndWithoutUnit) {
    EXPECT_EQ(*time_of("8"), seconds(8));
    EXPECT_EQ(*time_of("8s"), seconds(8));
    EXPECT_EQ(*time_of("1m"), seconds(60));
    EXPECT_EQ(*time_of("300"), seconds(300));
    for (const auto* const text : {"", "0", "301", "6m", "8ms", "1h", "1.5s", "08s"}) {
        EXPECT_FALSE(time_of(text)) << text;
    }
}

TEST(ParseValue, PercentsAreWholeAndFromOneToAHundred) {
    EXPECT_EQ(*parse_percent("1%"), 1U);
    EXPECT_EQ(*parse_percent("70"), 70U);
    EXPECT_EQ(*parse_percent("100 %"), 100U);
    for (const auto* const text : {"", "%", "0%", "101%", "0.7", "70.5%", "-1%", "70%%", "070%"}) {
        EXPECT_FALSE(parse_percent(text)) << text;
    }
}

TEST(ParseValue, TruthIsTrueOrFalseAlone) {
    EXPECT_TRUE(*parse_truth("true"));
    EXPECT_FALSE(*parse_truth("false"));
    for (const auto* const text : {"", "yes", "no", "on", "1", "True", "TRUE"}) {
        EXPECT_FALSE(parse_truth(text)) << text;
    }
}

TEST(ParseValue, IdentifierIsPrintableAsciiWithoutBlanks) {
    EXPECT_EQ(*parse_identifier("3f6d2c1a-8b4e_~!"), "3f6d2c1a-8b4e_~!");
    EXPECT_EQ(parse_identifier(std::string(256, 'a'))->size(), 256U);
    EXPECT_FALSE(parse_identifier(std::string(257, 'a')));
    for (const auto* const text : {"", "a b", "a\n", "a\tb", "\x7f", "\xc3\xbc", "a\r\nX: y"}) {
        EXPECT_FALSE(parse_identifier(text)) << text;
    }
}

TEST(ParseValue, RefusedSecretIsNotShown) {
    const auto secret = parse_secret("two words");

    ASSERT_FALSE(secret);
    EXPECT_FALSE(secret.error().is_shown);
}

TEST(ParseValue, PathMayHaveBlanksButNoControlCharacters) {
    EXPECT_EQ(*parse_path("/a b/\xc3\xbc.pem"), "/a b/\xc3\xbc.pem");
    EXPECT_FALSE(parse_path(""));
    EXPECT_FALSE(parse_path("/a\nb"));
    EXPECT_FALSE(parse_path(std::string("/a\0b", 4)));
    EXPECT_FALSE(parse_path(std::string(4097, 'a')));
}
