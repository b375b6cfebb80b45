#include "base/quote.hpp"

#include <gtest/gtest.h>

using conduitd::in_quotes;
using conduitd::printable;

TEST(Quote, PrintableTextGoesThrough) {
    EXPECT_EQ(printable("a/b:c \"d\""), "a/b:c \"d\"");
    EXPECT_EQ(in_quotes("say \"a\\b\""), R"("say \"a\\b\"")");
}

TEST(Quote, OtherBytesAreWrittenAsHex) {
    EXPECT_EQ(printable(std::string("a\n\x1b[2J\0\xc3\xbc\x7f", 10)),
              "a\\x0a\\x1b[2J\\x00\\xc3\\xbc\\x7f");
}

TEST(Quote, LongTextIsCutToEightyCharacters) {
    EXPECT_EQ(printable(std::string(80, 'a')), std::string(80, 'a'));
    EXPECT_EQ(printable(std::string(81, 'a')), std::string(77, 'a') + "...");
    EXPECT_EQ(in_quotes(std::string(1 << 20, '\n')).size(), 2 + 76 + 3);
}
