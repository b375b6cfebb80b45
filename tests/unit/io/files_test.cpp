#include "io/files.hpp"

#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;

mode_t mode_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

auto entries_of(const std::string& folder) {
    return std::distance(std::filesystem::directory_iterator(folder),
                         std::filesystem::directory_iterator());
}

}  // namespace

TEST(Files, ReplacedFileIsPrivateAndLeavesNothingBeside) {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "token") << "old";
    std::filesystem::permissions(folder / "token", std::filesystem::perms(0644));
    const auto umask_before = ::umask(0277);

    const auto error = replace_file(folder / "token", "new");
    ::umask(umask_before);

    ASSERT_FALSE(error) << error.message();
    EXPECT_EQ(read_file(folder / "token").value(), "new");
    EXPECT_EQ(mode_of(folder / "token"), mode_t{0600});
    EXPECT_EQ(entries_of(folder / ""), 1);
}

TEST(Files, ReplaceThatFailsLeavesNothingBeside) {
    const test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "token");

    EXPECT_EQ(replace_file(folder / "token", "new"), errc::is_a_directory);

    EXPECT_EQ(entries_of(folder / ""), 1);
    EXPECT_EQ(replace_file(folder / "missing/token", "new"), errc::no_such_file_or_directory);
}

TEST(Files, LeftoverOfACrashDoesNotStandInTheWay) {
    const test::TemporaryFolder folder;
    std::ofstream(folder / "victim") << "untouched";
    std::filesystem::create_symlink(folder / "victim",
                                    folder / ("token." + std::to_string(::getpid()) + ".new"));

    ASSERT_FALSE(replace_file(folder / "token", "new"));

    EXPECT_EQ(read_file(folder / "token").value(), "new");
    EXPECT_EQ(read_file(folder / "victim").value(), "untouched");
}

TEST(Files, FileOfTheBoundIsReadAndALargerOneRefused) {
    const test::TemporaryFolder folder;
    ASSERT_FALSE(replace_file(folder / "text", std::string(20'000, 'x')));

    EXPECT_EQ(read_file(folder / "text", 20'000).value().size(), 20'000U);
    EXPECT_EQ(read_file(folder / "text", 19'999).error(), errc::file_too_large);
}

TEST(Files, WhatIsNoFileIsRefused) {
    const test::TemporaryFolder folder;
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);

    EXPECT_EQ(read_file(folder / "").error(), errc::is_a_directory);
    EXPECT_EQ(read_file("/dev/zero").error(), errc::invalid_argument);
    EXPECT_EQ(read_file(folder / "pipe").error(), errc::invalid_argument);
    EXPECT_EQ(read_file(folder / "missing").error(), errc::no_such_file_or_directory);
}

TEST(Files, MissingFoldersAreMadePrivate) {
    const test::TemporaryFolder folder;

    ASSERT_FALSE(make_private_folder(folder / "a//b/c/"));
    ASSERT_FALSE(make_private_folder(folder / "a/b/c"));

    EXPECT_EQ(mode_of(folder / "a"), mode_t{0700});
    EXPECT_EQ(mode_of(folder / "a/b/c"), mode_t{0700});
}

TEST(Files, FolderBehindAFileIsRefused) {
    const test::TemporaryFolder folder;
    ASSERT_FALSE(replace_file(folder / "file", ""));

    EXPECT_EQ(make_private_folder(folder / "file"), errc::not_a_directory);
    EXPECT_EQ(make_private_folder(folder / "file/below"), errc::not_a_directory);
    EXPECT_EQ(make_private_folder(""), errc::invalid_argument);
}

}  // namespace conduitd
