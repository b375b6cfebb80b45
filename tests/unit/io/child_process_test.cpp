#include "io/child_process.hpp"

#include "io/files.hpp"
#include "io/group_watch.hpp"
#include "io/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace conduitd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto patience = std::chrono::seconds(30);

class ChildProcessTest : public ::testing::Test {
protected:
    std::unique_ptr<ChildProcess> start(const std::string& command, std::string_view input = {}) {
        auto started = ChildProcess::start(command, input, {"PATH=/usr/bin:/bin", "GIVEN=1"});
        EXPECT_TRUE(started) << started.error().message();
        return started ? std::move(*started) : nullptr;
    }
    static ChildEnd end_of(ChildProcess& child) {
        EXPECT_TRUE(child.wait(patience));
        const auto end = child.reap();
        EXPECT_TRUE(end);
        return end.value_or(ChildEnd{});
    }
    ChildEnd run(const std::string& command, std::string_view input = {}) {
        const auto child = start(command, input);
        return child ? end_of(*child) : ChildEnd{.exit_code = -1};
    }

    const test::TemporaryFolder folder;
    const std::string out = folder / "out";
};

}  // namespace

TEST_F(ChildProcessTest, InputIsReadToItsEnd) {
    const std::string input(ChildProcess::input_bytes_max, 'x');

    EXPECT_EQ(run("cat > " + out, input).exit_code, 0);
    EXPECT_EQ(read_file(out).value(), input);
}

TEST_F(ChildProcessTest, InputThatAPipeMayNotTakeIsRefused) {
    const auto started =
        ChildProcess::start("true", std::string(ChildProcess::input_bytes_max + 1, 'x'), {});

    ASSERT_FALSE(started);
    EXPECT_EQ(started.error(), boost::system::errc::message_size);
}

TEST_F(ChildProcessTest, InputThatNobodyReadsIsNoTrouble) {
    EXPECT_EQ(run("exec 0<&-; exit 0", "unread").exit_code, 0);
}

TEST_F(ChildProcessTest, ExitCodeAndSignalAreTold) {
    EXPECT_EQ(run("exit 3").exit_code, 3);
    EXPECT_EQ(run("/no/such/command").exit_code, 127);
    EXPECT_EQ(run("kill -KILL $$").signal, SIGKILL);
}

TEST_F(ChildProcessTest, EndIsNotToldBeforeItHasCome) {
    const auto child = start("sleep 1000");

    EXPECT_FALSE(child->reap());
    EXPECT_FALSE(child->wait(Duration::zero()));
    child->signal_group(SIGKILL);

    EXPECT_EQ(end_of(*child).signal, SIGKILL);
}

TEST_F(ChildProcessTest, StdoutIsNotOurs) {
    const int ours = ::dup(STDOUT_FILENO);
    const int file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_GE(::dup2(file, STDOUT_FILENO), 0);

    const auto end = run("echo 'a hook of the tests says this on stderr'");

    ::dup2(ours, STDOUT_FILENO);
    ::close(ours);
    ::close(file);
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_EQ(read_file(out).value(), "");
}

TEST_F(ChildProcessTest, NoOtherDescriptorIsPassedOn) {
    const int file = ::open("/dev/null", O_RDONLY);  // not close-on-exec
    const int high = ::fcntl(file, F_DUPFD, 200);
    ASSERT_GE(high, 200);

    const auto number = std::to_string(high);
    EXPECT_EQ(run("[ -e /proc/$$/fd/2 ] && [ ! -e /proc/$$/fd/" + number + " ]").exit_code, 0);
    ::close(file);
    ::close(high);
}

TEST_F(ChildProcessTest, EnvironmentIsWhatIsGiven) {
    ::setenv("CONDUITD_TWITCH_CLIENT_SECRET", "hunter2", 1);

    const auto end = run("env > " + out);

    ::unsetenv("CONDUITD_TWITCH_CLIENT_SECRET");
    EXPECT_EQ(end.exit_code, 0);
    EXPECT_THAT(read_file(out).value(), HasSubstr("GIVEN=1\n"));
    EXPECT_THAT(read_file(out).value(), Not(HasSubstr("hunter2")));
}

TEST_F(ChildProcessTest, SignalsAreNeitherBlockedNorIgnored) {
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigset_t before;
    ::pthread_sigmask(SIG_BLOCK, &term, &before);
    const auto handler = ::signal(SIGTERM, SIG_IGN);

    const auto end = run("kill -TERM $$; exit 7");

    ::signal(SIGTERM, handler);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    EXPECT_EQ(end.signal, SIGTERM);
}

// A parent may have left us with SIGCHLD ignored: the system would reap our children.
TEST_F(ChildProcessTest, EndIsToldThoughChildrenAreIgnored) {
    ::signal(SIGCHLD, SIG_IGN);

    EXPECT_EQ(run("exit 3").exit_code, 3);

    ::signal(SIGCHLD, SIG_DFL);
}

TEST_F(ChildProcessTest, SignalReachesAllOfTheGroup) {
    test::GroupWatch group(folder / "fifo");
    const auto child = start(group.join_command() + "; sleep 1000 & wait");
    ASSERT_TRUE(group.wait_for_members());

    child->signal_group(SIGTERM);

    EXPECT_EQ(end_of(*child).signal, SIGTERM);
    EXPECT_TRUE(group.wait_for_the_last());
}

TEST_F(ChildProcessTest, OneThatIsDroppedIsKilledWithItsGroup) {
    test::GroupWatch group(folder / "fifo");
    auto child = start("trap '' TERM; " + group.join_command() + "; sleep 1000 & wait");
    ASSERT_TRUE(group.wait_for_members());

    child.reset();

    EXPECT_TRUE(group.wait_for_the_last());
}

}  // namespace conduitd
