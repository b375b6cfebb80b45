#include "spool/memory_files.hpp"

#include "spool/file_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::ElementsAre;

using Mode = FileSystem::Mode;

std::string content(FileSystem& files, const std::string& name) {
    return read_whole(files, name, 10'000'000).value();
}

TEST(MemoryFiles, KeepsWhatIsWrittenAcrossBlocks) {
    MemoryFiles files;
    const auto file = std::move(*files.open("a", Mode::create));
    std::string expected;
    for (int i = 0; i < 50; ++i) {
        const std::string piece(5000, static_cast<char>('a' + i % 26));
        ASSERT_FALSE(write_fully(*file, expected.size(), piece));
        expected += piece;
    }

    EXPECT_EQ(content(files, "a"), expected);
    ASSERT_FALSE(file->truncate(MemoryFiles::block_bytes + 1));
    EXPECT_EQ(content(files, "a"), expected.substr(0, MemoryFiles::block_bytes + 1));
}

TEST(MemoryFiles, HoleIsZero) {
    MemoryFiles files;
    const auto file = std::move(*files.open("a", Mode::create));
    ASSERT_FALSE(write_fully(*file, 0, "xxxx"));
    ASSERT_FALSE(file->truncate(2));
    ASSERT_FALSE(write_fully(*file, 5, "y"));

    EXPECT_EQ(content(files, "a"), std::string("xx\0\0\0y", 6));
}

TEST(MemoryFiles, OpenFileStaysReadableWhenItsNameGoes) {
    MemoryFiles files;
    ASSERT_FALSE(write_fully(**files.open("a", Mode::create), 0, "old"));
    const auto open = std::move(*files.open("a", Mode::read));

    ASSERT_FALSE(files.remove("a"));
    ASSERT_FALSE(write_fully(**files.open("a", Mode::create), 0, "new"));

    std::string text(3, ' ');
    EXPECT_EQ(open->read_at(0, text).value(), 3U);
    EXPECT_EQ(text, "old");
    EXPECT_EQ(content(files, "a"), "new");
}

TEST(MemoryFiles, RenameTakesThePlace) {
    MemoryFiles files;
    ASSERT_FALSE(write_fully(**files.open("a", Mode::create), 0, "a"));
    ASSERT_FALSE(write_fully(**files.open("b", Mode::create), 0, "b"));

    ASSERT_FALSE(files.rename("a", "b"));

    EXPECT_EQ(content(files, "b"), "a");
    EXPECT_THAT(files.list().value(), ElementsAre("b"));
    EXPECT_TRUE(files.rename("a", "c"));
    EXPECT_TRUE(files.remove("a"));
    EXPECT_FALSE(files.open("a", Mode::read));
    EXPECT_FALSE(files.open("a", Mode::change));
}

TEST(MemoryFiles, ReadingBehindTheEndIsNothing) {
    MemoryFiles files;
    const auto file = std::move(*files.open("a", Mode::create));
    std::string text(3, ' ');

    EXPECT_EQ(file->read_at(0, text).value(), 0U);
    EXPECT_EQ(file->read_at(1'000'000, text).value(), 0U);
}

}  // namespace
}  // namespace conduitd
