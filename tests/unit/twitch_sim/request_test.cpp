#include "twitch_sim/model/request.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

TEST(Fields, DecodesPercentAndPlus) {
    const auto fields = Fields::parse("a=1%2B1+%26&b&=x&c=%zz%4&a=2");

    EXPECT_EQ(fields.find("a"), "1+1 &");
    EXPECT_EQ(fields.find("b"), "");
    EXPECT_EQ(fields.find("c"), "%zz%4");
    EXPECT_EQ(fields.find("d"), std::nullopt);
}

TEST(Target, SplitsAtTheFirstQuestionMark) {
    const auto target = Target::parse("/ws?a=b?c");

    EXPECT_EQ(target.path, "/ws");
    EXPECT_EQ(target.query.find("a"), "b?c");
    EXPECT_EQ(Target::parse("/ws").path, "/ws");
}

TEST(Parameters, BodyComesBeforeQuery) {
    const auto parameters =
        Parameters::parse(Target::parse("/x?id=query&n=7&f=0.5"), R"({"id":"body","m":8,"t":"9"})");

    ASSERT_TRUE(parameters);
    EXPECT_EQ(parameters->text("id"), "body");
    EXPECT_EQ(parameters->integer("n"), 7);
    EXPECT_EQ(parameters->integer("m"), 8);
    EXPECT_EQ(parameters->integer("t"), 9);
    EXPECT_EQ(parameters->number("f"), 0.5);
    EXPECT_EQ(parameters->text("none"), std::nullopt);
}

TEST(Parameters, OnlyObjectsAndNothingAreBodies) {
    const auto target = Target::parse("/x");

    EXPECT_TRUE(Parameters::parse(target, ""));
    EXPECT_TRUE(Parameters::parse(target, " \r\n"));
    EXPECT_FALSE(Parameters::parse(target, "[]"));
    EXPECT_FALSE(Parameters::parse(target, "{"));
    EXPECT_FALSE(Parameters::parse(target, "a=b"));
    EXPECT_FALSE(Parameters::parse(target, std::string(100, '[')));
}

TEST(ParseInteger, TakesDigitsOnly) {
    EXPECT_EQ(parse_integer("-12"), -12);
    EXPECT_EQ(parse_integer(""), std::nullopt);
    EXPECT_EQ(parse_integer("1 "), std::nullopt);
    EXPECT_EQ(parse_integer("0x1"), std::nullopt);
    EXPECT_EQ(parse_integer("99999999999999999999"), std::nullopt);
}

}  // namespace
}  // namespace twitch_sim
