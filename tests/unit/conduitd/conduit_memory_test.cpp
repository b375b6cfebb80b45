#include "conduitd/conduit_memory.hpp"

#include "io/files.hpp"
#include "io/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace conduitd {
namespace {

using Remembered = std::map<std::string, std::string>;

class ConduitMemoryTest : public ::testing::Test {
protected:
    test::TemporaryFolder folder_;
    ConduitMemory memory_{folder_ / "."};
};

TEST_F(ConduitMemoryTest, IsEmptyAtFirst) {
    EXPECT_EQ(memory_.load(), Remembered());
}

TEST_F(ConduitMemoryTest, KeepsOneConduitOfEachClientId) {
    ASSERT_FALSE(memory_.store("one", "a"));
    ASSERT_FALSE(memory_.store("two", "b"));
    ASSERT_FALSE(memory_.store("one", "c"));

    EXPECT_EQ(memory_.load(), (Remembered{{"one", "c"}, {"two", "b"}}));
}

TEST_F(ConduitMemoryTest, PassesOverWhatItHasNotWritten) {
    for (const auto* const text : {"", "[]", "{", R"({"one":7,"two":null})", "\xff\xfe"}) {
        ASSERT_FALSE(replace_file(memory_.path(), text));

        EXPECT_EQ(memory_.load(), Remembered()) << text;
        EXPECT_FALSE(memory_.store("one", "a")) << text;
        EXPECT_EQ(memory_.load(), (Remembered{{"one", "a"}})) << text;
    }
}

TEST_F(ConduitMemoryTest, DoesNotGrowWithoutEnd) {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += (text.empty() ? "{\"c" : ",\"c") + std::to_string(i) + "\":\"x\"";
    }
    ASSERT_FALSE(replace_file(memory_.path(), text + "}"));

    ASSERT_FALSE(memory_.store("one", "a"));

    EXPECT_LE(memory_.load().size(), 1000U);
    EXPECT_EQ(memory_.load().at("one"), "a");
}

}  // namespace
}  // namespace conduitd
