#include "base/json.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

std::string as_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(JsonString, QuotesPlainTextAndUtf8AsItIs) {
    EXPECT_EQ(as_json(""), R"("")");
    EXPECT_EQ(as_json("AgoQWPlR_jgb/=?"), R"("AgoQWPlR_jgb/=?")");
    EXPECT_EQ(as_json("caf\xc3\xa9 \xf0\x9f\xa6\x8a"), "\"caf\xc3\xa9 \xf0\x9f\xa6\x8a\"");
}

TEST(JsonString, EscapesQuotesAndBackslashes) {
    EXPECT_EQ(as_json(R"(a"b\c)"), R"("a\"b\\c")");
}

TEST(JsonString, EscapesEveryControlCharacter) {
    EXPECT_EQ(as_json("\n\r\t"), R"("\n\r\t")");
    EXPECT_EQ(as_json(std::string_view("\0\x01\x1f\x7f", 4)), R"("\u0000\u0001\u001f\u007f")");
}

TEST(JsonString, IsAppended) {
    std::string out = "{\"id\":";

    append_json_string(out, "x");

    EXPECT_EQ(out, R"({"id":"x")");
}

}  // namespace
}  // namespace conduitd
