#include "eventsub/nesting.hpp"

#include <gtest/gtest.h>

#include <string>

namespace conduitd {
namespace {

TEST(Nesting, CountsWhatIsOpenAtOnce) {
    EXPECT_FALSE(nests_deeper_than(3, "[[[]]]"));
    EXPECT_TRUE(nests_deeper_than(3, "[[[[]]]]"));
    EXPECT_TRUE(nests_deeper_than(3, R"({"a":[{"b":[]}]})"));
    EXPECT_FALSE(nests_deeper_than(0, ""));
    EXPECT_TRUE(nests_deeper_than(0, "[]"));
}

TEST(Nesting, DoesNotAddUpWhatWasClosed) {
    EXPECT_FALSE(nests_deeper_than(2, R"({"a":[],"b":[],"c":{},"d":{}})"));
    EXPECT_TRUE(nests_deeper_than(2, R"({"a":[],"b":[],"c":{},"d":[{}]})"));
}

TEST(Nesting, DoesNotCountBracketsInStrings) {
    EXPECT_FALSE(nests_deeper_than(1, R"(["[[[","{{{","\"[[","\\"])"));
    EXPECT_TRUE(nests_deeper_than(1, R"(["\\",[]])"));
    EXPECT_TRUE(nests_deeper_than(1, R"(["]",[]])"));
}

TEST(Nesting, CountsInEveryPartOfALongText) {
    for (std::size_t before = 0; before < 200; ++before) {
        const auto padding = std::string(before, ' ');
        EXPECT_TRUE(nests_deeper_than(2, padding + "[[[]]]" + padding)) << before;
        EXPECT_FALSE(nests_deeper_than(3, padding + "[[[]]]" + padding)) << before;
    }
    EXPECT_TRUE(nests_deeper_than(299, std::string(300, '[')));
    EXPECT_FALSE(nests_deeper_than(300, std::string(300, '[')));
}

TEST(Nesting, SurvivesTextThatIsNoJson) {
    EXPECT_FALSE(nests_deeper_than(2, "]]]}}}[[}}[["));
    EXPECT_FALSE(nests_deeper_than(1, R"([]["\)"));
    EXPECT_FALSE(nests_deeper_than(1, R"(["[[[[)"));
}

}  // namespace
}  // namespace conduitd
