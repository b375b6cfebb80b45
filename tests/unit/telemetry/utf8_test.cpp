#include "telemetry/utf8.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

#define REPLACED "\xef\xbf\xbd"

TEST(RepairUtf8, LeavesValidTextAsItIs) {
    for (const char* text : {"", "plain", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
                             "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                             "\xf4\x8f\xbf\xbf", "a\xc3\xa9\xf0\x9f\xa6\x8az"}) {
        EXPECT_EQ(repair_utf8(text), text);
    }
    EXPECT_EQ(repair_utf8(std::string_view("\0a", 2)), std::string_view("\0a", 2));
}

TEST(RepairUtf8, ReplacesEveryByteThatIsNoPartOfASequence) {
    EXPECT_EQ(repair_utf8("a\xff"
                          "b"),
              "a" REPLACED "b");
    EXPECT_EQ(repair_utf8("\x80\xbf"), REPLACED REPLACED);
}

TEST(RepairUtf8, ReplacesSequencesThatAreCutShort) {
    EXPECT_EQ(repair_utf8("\xc3"), REPLACED);
    EXPECT_EQ(repair_utf8("\xe2\x82z"), REPLACED REPLACED "z");
    EXPECT_EQ(repair_utf8("\xf0\x9f\xa6"), REPLACED REPLACED REPLACED);
    EXPECT_EQ(repair_utf8("\xc3\xc3\xa9"), REPLACED "\xc3\xa9");
}

TEST(RepairUtf8, ReplacesOverlongFormsSurrogatesAndWhatIsBeyondUnicode) {
    EXPECT_EQ(repair_utf8("\xc0\x80"), REPLACED REPLACED);
    EXPECT_EQ(repair_utf8("\xe0\x9f\xbf"), REPLACED REPLACED REPLACED);
    EXPECT_EQ(repair_utf8("\xed\xa0\x80"), REPLACED REPLACED REPLACED);
    EXPECT_EQ(repair_utf8("\xf0\x8f\xbf\xbf"), REPLACED REPLACED REPLACED REPLACED);
    EXPECT_EQ(repair_utf8("\xf4\x90\x80\x80"), REPLACED REPLACED REPLACED REPLACED);
    EXPECT_EQ(repair_utf8("\xf5\x80\x80\x80"), REPLACED REPLACED REPLACED REPLACED);
}

}  // namespace
}  // namespace conduitd
