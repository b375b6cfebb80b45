#include "io/unix_listener.hpp"

#include "io/descriptor.hpp"
#include "io/group.hpp"
#include "io/unix_address.hpp"
#include "raw_unix_server.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <memory>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;

class UnixListenerTest : public ::testing::Test {
protected:
    [[nodiscard]] bool accepts_connections() const {
        const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
        const auto address = UnixAddress::make(path_).value();
        return ::connect(socket.number(), address.data(), address.size()) == 0;
    }

    test::TemporaryFolder folder_;
    std::string path_ = folder_ / "control-0.sock";
};

}  // namespace

TEST_F(UnixListenerTest, ListensForItsOwnerAlone) {
    const auto before = ::umask(0);
    const auto listener = UnixListener::open(path_);
    ::umask(before);

    ASSERT_TRUE(listener);
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFSOCK | 0600));
    EXPECT_TRUE(accepts_connections());
}

TEST_F(UnixListenerTest, FileGoesWithTheListener) {
    { const auto listener = UnixListener::open(path_).value(); }

    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, DeadSocketIsReplaced) {
    test::leave_dead_socket(path_);

    const auto listener = UnixListener::open(path_);

    ASSERT_TRUE(listener);
    EXPECT_TRUE(accepts_connections());
}

TEST_F(UnixListenerTest, LivingSocketIsLeftAlone) {
    const auto first = UnixListener::open(path_).value();

    EXPECT_EQ(UnixListener::open(path_).error(), errc::address_in_use);
    EXPECT_TRUE(accepts_connections());
}

// The one that listens has no time to accept: that is no reason to take its place.
TEST_F(UnixListenerTest, SocketWithAFullQueueIsLeftAlone) {
    const auto first = UnixListener::open(path_).value();
    std::vector<std::unique_ptr<Descriptor>> waiting;
    const auto address = UnixAddress::make(path_).value();
    do {
        waiting.push_back(
            std::make_unique<Descriptor>(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)));
    } while (::connect(waiting.back()->number(), address.data(), address.size()) == 0);

    EXPECT_EQ(UnixListener::open(path_).error(), errc::address_in_use);
}

TEST_F(UnixListenerTest, WhatIsNoSocketIsLeftAlone) {
    std::ofstream(path_) << "precious";
    EXPECT_EQ(UnixListener::open(path_).error(), errc::not_a_socket);
    EXPECT_EQ(std::filesystem::file_size(path_), 8U);

    std::filesystem::remove(path_);
    std::filesystem::create_directory(path_);
    EXPECT_EQ(UnixListener::open(path_).error(), errc::not_a_socket);

    std::filesystem::remove(path_);
    std::filesystem::create_symlink(folder_ / "elsewhere", path_);
    EXPECT_EQ(UnixListener::open(path_).error(), errc::not_a_socket);
}

TEST_F(UnixListenerTest, SocketOfAnotherKindIsLeftAlone) {
    const Descriptor datagrams(::socket(AF_UNIX, SOCK_DGRAM, 0));
    const auto address = UnixAddress::make(path_).value();
    ASSERT_EQ(::bind(datagrams.number(), address.data(), address.size()), 0);

    EXPECT_EQ(UnixListener::open(path_).error(), errc::address_in_use);
}

TEST_F(UnixListenerTest, FileThatTookItsPlaceStays) {
    {
        const auto listener = UnixListener::open(path_).value();
        std::filesystem::remove(path_);
        std::ofstream(path_) << "another's";
    }

    EXPECT_TRUE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, FolderThatIsMissingIsSaid) {
    EXPECT_EQ(UnixListener::open(folder_ / "missing/control.sock").error(),
              errc::no_such_file_or_directory);
}

TEST_F(UnixListenerTest, PathIsNeverCutOff) {
    const std::string path = folder_ / std::string(200, 'x');

    EXPECT_EQ(UnixListener::open(path).error(), errc::filename_too_long);
    EXPECT_FALSE(std::filesystem::exists(path.substr(0, 107)));
}

TEST_F(UnixListenerTest, ModeIsTheOneThatIsSet) {
    const auto before = ::umask(077);
    const auto listener = UnixListener::open(path_, {0666, {}});
    ::umask(before);

    ASSERT_TRUE(listener);
    struct stat status {};
    ASSERT_EQ(::stat(path_.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode, static_cast<mode_t>(S_IFSOCK | 0666));
}

TEST_F(UnixListenerTest, GroupIsSetByNameAndByNumber) {
    const auto* const own = ::getgrgid(::getegid());
    ASSERT_NE(own, nullptr);
    for (const auto& group : {std::string(own->gr_name), std::to_string(::getegid())}) {
        const auto listener = UnixListener::open(path_, {0660, group});

        ASSERT_TRUE(listener) << group;
        struct stat status {};
        ASSERT_EQ(::stat(path_.c_str(), &status), 0);
        EXPECT_EQ(status.st_gid, ::getegid()) << group;
        EXPECT_TRUE(accepts_connections()) << group;
    }
}

TEST_F(UnixListenerTest, GroupThatIsMissingIsSaidAndNothingIsLeft) {
    for (const auto* const group : {"no such group", "-1", "4294967295"}) {
        const auto error = UnixListener::open(path_, {0660, group}).error();

        EXPECT_EQ(error, make_no_such_group_error()) << group;
        EXPECT_EQ(describe_listen_error(error), "there is no such group");
    }

    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, OnlyAGroupIsBlamedOnTheGroup) {
    const auto empty_name = UnixListener::open_abstract("").error();

    EXPECT_EQ(describe_listen_error(empty_name), empty_name.message());
    EXPECT_NE(empty_name, make_no_such_group_error());
}

TEST_F(UnixListenerTest, GroupOfOthersIsRefusedAndNothingIsLeft) {
    if (::geteuid() == 0) GTEST_SKIP() << "root may give a file to any group";

    EXPECT_EQ(UnixListener::open(path_, {0660, "0"}).error(), errc::operation_not_permitted);
    EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixListenerTest, AbstractNameIsNoFile) {
    const std::string name = path_.substr(1);
    {
        const auto listener = UnixListener::open_abstract(name);
        ASSERT_TRUE(listener);
        const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
        const auto address = UnixAddress::parse("@" + name).value();
        EXPECT_EQ(::connect(socket.number(), address.data(), address.size()), 0);
        EXPECT_EQ(UnixListener::open_abstract(name).error(), errc::address_in_use);
        EXPECT_FALSE(std::filesystem::exists(path_));
    }

    EXPECT_TRUE(UnixListener::open_abstract(name));
}

TEST_F(UnixListenerTest, AbstractNameIsNeverCutOffNorDrawn) {
    EXPECT_EQ(UnixListener::open_abstract(std::string(108, 'x')).error(), errc::filename_too_long);
    EXPECT_EQ(UnixListener::open_abstract("").error(), errc::invalid_argument);
    EXPECT_TRUE(UnixListener::open_abstract(path_.substr(1) + std::string(60, 'x')));
}

// Only who asks for an abstract name gets one: a file has a mode that keeps others out.
TEST_F(UnixListenerTest, PathThatBeginsWithAnAtSignIsAFile) {
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(std::filesystem::path(path_).parent_path());
    {
        const auto listener = UnixListener::open("@control");
        EXPECT_TRUE(std::filesystem::is_socket("@control"));
    }
    std::filesystem::current_path(before);
}

// Anybody who may read the folder can lock it.
TEST_F(UnixListenerTest, LockThatSomebodyHoldsDoesNotStopIt) {
    const auto folder = std::filesystem::path(path_).parent_path().string();
    const Descriptor holder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY));
    ASSERT_EQ(::flock(holder.number(), LOCK_EX), 0);

    EXPECT_TRUE(UnixListener::open(path_));
}

}  // namespace conduitd
