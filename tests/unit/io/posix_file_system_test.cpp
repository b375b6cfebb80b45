#include "io/posix_file_system.hpp"

#include "spool/error.hpp"
#include "spool/file_calls.hpp"
#include "temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;
using ::testing::Contains;
using ::testing::Not;

class PosixFileSystemTest : public ::testing::Test {
protected:
    test::TemporaryFolder folder;
    std::unique_ptr<PosixFileSystem> files = std::move(*PosixFileSystem::open(folder / ""));
};

TEST_F(PosixFileSystemTest, ReadsBackWhatItWroteAtAnOffset) {
    auto file = files->open("a", FileSystem::Mode::create);
    ASSERT_TRUE(file);

    ASSERT_FALSE(write_fully(**file, 3, "text"));
    ASSERT_FALSE((*file)->sync());

    char bytes[10] = {};
    EXPECT_EQ(read_fully(**file, 0, bytes).value(), 7U);
    EXPECT_EQ(std::string_view(bytes, 7), std::string_view("\0\0\0text", 7));
    EXPECT_EQ((*file)->size().value(), 7U);
    ASSERT_FALSE((*file)->truncate(4));
    EXPECT_EQ((*file)->size().value(), 4U);
}

TEST_F(PosixFileSystemTest, FilesArePrivate) {
    ASSERT_TRUE(files->open("a", FileSystem::Mode::create));

    struct stat status {};
    ASSERT_EQ(::stat((folder / "a").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, mode_t{0600});
}

TEST_F(PosixFileSystemTest, CreatingReplacesAndLeavesOpenReadersTheOldText) {
    ASSERT_TRUE(replace_file(*files, "a", "old", Durability::synced));
    const auto reader = files->open("a", FileSystem::Mode::read);

    ASSERT_TRUE(replace_file(*files, "a", "new", Durability::synced));

    char bytes[3];
    EXPECT_EQ(read_fully(**reader, 0, bytes).value(), 3U);
    EXPECT_EQ(std::string_view(bytes, 3), "old");
    EXPECT_EQ(read_whole(*files, "a", 100).value(), "new");
    EXPECT_THAT(files->list().value(), Not(Contains("a.new")));
}

TEST_F(PosixFileSystemTest, LinksAreNotFollowed) {
    ASSERT_TRUE(replace_file(*files, "target", "text", Durability::synced));
    std::filesystem::create_symlink(folder / "target", folder / "link");

    EXPECT_EQ(files->open("link", FileSystem::Mode::read).error(), SpoolError::symbolic_link);
    EXPECT_EQ(files->lock("link").error, SpoolError::symbolic_link);
}

TEST_F(PosixFileSystemTest, RemovedFilesAreNotListed) {
    ASSERT_TRUE(files->open("a", FileSystem::Mode::create));
    EXPECT_THAT(files->list().value(), Contains("a"));

    EXPECT_FALSE(files->remove("a"));

    EXPECT_THAT(files->list().value(), Not(Contains("a")));
    EXPECT_EQ(files->remove("a"), errc::no_such_file_or_directory);
    EXPECT_EQ(files->open("a", FileSystem::Mode::read).error(), errc::no_such_file_or_directory);
    EXPECT_FALSE(files->sync_folder());
}

TEST_F(PosixFileSystemTest, FileKnowsThatItWasRemovedOrReplaced) {
    const auto removed = files->open("a", FileSystem::Mode::create).value();
    const auto replaced = files->open("b", FileSystem::Mode::create).value();
    EXPECT_FALSE(removed->is_removed());
    EXPECT_FALSE(replaced->is_removed());

    ASSERT_FALSE(files->remove("a"));
    ASSERT_TRUE(replace_file(*files, "b", "text", Durability::synced));

    EXPECT_TRUE(removed->is_removed());
    EXPECT_TRUE(replaced->is_removed());
}

TEST_F(PosixFileSystemTest, SecondLockIsToldThePidOfTheFirst) {
    auto first = files->lock("lock");
    ASSERT_TRUE(first.lock);

    const auto second = files->lock("lock");

    EXPECT_FALSE(second.lock);
    EXPECT_EQ(second.error, SpoolError::locked);
    EXPECT_EQ(second.holder, std::to_string(::getpid()));
    first.lock.reset();
    EXPECT_TRUE(files->lock("lock").lock);
}

TEST_F(PosixFileSystemTest, FullDiskIsSaidAsSuch) {
    // The one file that is always full.
    const auto devices = PosixFileSystem::open("/dev");
    ASSERT_TRUE(devices);
    const auto full = (*devices)->open("full", FileSystem::Mode::change);
    if (!full) GTEST_SKIP() << "no /dev/full here";

    EXPECT_EQ((*full)->write_at(0, "text").error(), errc::no_space_on_device);
}

TEST_F(PosixFileSystemTest, FolderThatWasRemovedIsSaidAsSuch) {
    std::filesystem::remove(folder / "");

    EXPECT_EQ(files->open("a", FileSystem::Mode::create).error(), SpoolError::folder_removed);
    EXPECT_EQ(files->open("a", FileSystem::Mode::read).error(), errc::no_such_file_or_directory);
}

TEST_F(PosixFileSystemTest, MissingFolderIsAnError) {
    EXPECT_EQ(PosixFileSystem::open(folder / "none").error(), errc::no_such_file_or_directory);
}

}  // namespace
}  // namespace conduitd
