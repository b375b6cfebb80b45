#include "io/hook_runner.hpp"

#include "helix/recording_log.hpp"
#include "io/child_process.hpp"
#include "io/files.hpp"
#include "io/group_watch.hpp"
#include "io/loop.hpp"
#include "io/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace conduitd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HookRunnerTest : public ::testing::Test {
protected:
    HookRunnerTest() {
        options.name = "load";
        options.environment = {"PATH=/usr/bin:/bin"};
        options.time_limit = hours(1);
        options.kill_after = hours(1);
    }

    void make(const std::string& command) {
        options.command = command;
        runner = std::make_unique<HookRunner>(context, options, log);
    }
    void make_and_run(const std::string& command) {
        make(command);
        runner->run({"high", "1\n"});
    }
    [[nodiscard]] bool becomes_idle() {
        return test::run_until(context, [this] { return runner->is_idle(); });
    }
    [[nodiscard]] bool file_becomes(const std::string& content) {
        return test::run_until(context, [&] {
            const auto found = read_file(out);
            return found && *found == content;
        });
    }

    const test::TemporaryFolder folder;
    const std::string out = folder / "out";
    const std::string trap = "trap '' TERM; ";
    asio::io_context context;
    RecordingLog log;
    HookOptions options;
    std::unique_ptr<HookRunner> runner;
};

// Holds each run of a hook, after it has said what it read, until it is let go.
class Gate {
public:
    explicit Gate(std::string path) : path_(std::move(path)) { ::mkfifo(path_.c_str(), 0600); }

    [[nodiscard]] std::string wait_command() const { return "read go < " + path_; }
    // Once a run is at the gate, or on its way there.
    void let_go() const {
        const int fd = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
        EXPECT_EQ(::write(fd, "go\n", 3), 3);
        ::close(fd);
    }

private:
    std::string path_;
};

}  // namespace

TEST_F(HookRunnerTest, RunIsToldWhatItIsAbout) {
    make_and_run("cat > " + out + "; echo \"$CONDUITD_HOOK $CONDUITD_LEVEL\" >> " + out);

    ASSERT_TRUE(becomes_idle());

    EXPECT_EQ(read_file(out).value(), "1\nload high\n");
    EXPECT_EQ(runner->status().runs, 1U);
    EXPECT_EQ(runner->status().failures, 0U);
    EXPECT_THAT(log.lines, ElementsAre(HasSubstr("info a hook was run hook=load level=high")));
}

TEST_F(HookRunnerTest, WithoutACommandNothingIsRun) {
    make_and_run("");

    EXPECT_TRUE(runner->is_idle());
    EXPECT_EQ(runner->status().failures, 0U);
}

TEST_F(HookRunnerTest, OneRunAtATimeAndTheLastNewsIsTheNext) {
    const Gate gate(folder / "gate");
    make("cat >> " + out + "; " + gate.wait_command());
    runner->run({"high", "1\n"});
    ASSERT_TRUE(file_becomes("1\n"));

    for (const char* const news : {"2\n", "3\n", "4\n"}) runner->run({"overload", news});
    gate.let_go();
    ASSERT_TRUE(file_becomes("1\n4\n"));
    EXPECT_EQ(runner->status().runs, 1U);
    gate.let_go();
    ASSERT_TRUE(becomes_idle());

    EXPECT_EQ(read_file(out).value(), "1\n4\n");
    EXPECT_EQ(runner->status().runs, 2U);
}

TEST_F(HookRunnerTest, FailuresAreCountedAndSaidWithTheirReason) {
    for (const char* const command : {"exit 3", "kill -KILL $$"}) {
        make_and_run(command);
        ASSERT_TRUE(becomes_idle());
        EXPECT_EQ(runner->status().runs, 1U);
        EXPECT_EQ(runner->status().failures, 1U);
    }

    EXPECT_THAT(log.lines,
                ElementsAre(AllOf(HasSubstr("warn a hook failed"), HasSubstr("exit code 3")),
                            HasSubstr("ended by signal 9")));
}

TEST_F(HookRunnerTest, OneThatCannotBeStartedIsAFailureAndTheNextOneRuns) {
    make("cat > " + out);

    runner->run({"high", std::string(ChildProcess::input_bytes_max + 1, 'x')});
    EXPECT_TRUE(runner->is_idle());
    EXPECT_EQ(runner->status().failures, 1U);
    runner->run({"available", "2\n"});
    ASSERT_TRUE(becomes_idle());

    EXPECT_EQ(read_file(out).value(), "2\n");
    EXPECT_EQ(runner->status().runs, 1U);
    EXPECT_EQ(runner->status().failures, 1U);
    EXPECT_THAT(log.lines.front(), HasSubstr("could not be started hook=load level=high reason="));
}

TEST_F(HookRunnerTest, OneThatTakesTooLongIsEndedAndTheNextOneRuns) {
    options.time_limit = milliseconds(1);
    make_and_run("sleep 1000");
    runner->run({"available", "2\n"});

    ASSERT_TRUE(test::run_until(context, [this] { return runner->status().runs == 2; }));

    EXPECT_EQ(log.count("took too long"), 2U);
    EXPECT_EQ(runner->status().failures, 2U);
}

TEST_F(HookRunnerTest, OneThatIgnoresTermIsKilledWithItsGroup) {
    test::GroupWatch group(folder / "fifo");
    options.kill_after = milliseconds(1);
    make_and_run(trap + group.join_command() + "; sleep 1000 & while :; do wait; done");
    ASSERT_TRUE(group.wait_for_members());

    runner->stop();
    ASSERT_TRUE(becomes_idle());

    EXPECT_TRUE(group.wait_for_the_last());
    EXPECT_EQ(log.count("it was ended with the daemon"), 1U);
}

// The shell goes at once, and what it started does not: nothing is left all the same.
TEST_F(HookRunnerTest, WhatOutlivesItsShellIsKilledToo) {
    test::GroupWatch group(folder / "fifo");
    make_and_run(group.join_command() + "; (" + trap + "echo >&3; exec sleep 1000) & wait");
    ASSERT_TRUE(group.wait_for_members());
    ASSERT_TRUE(group.wait_for_members());

    runner->stop();
    ASSERT_TRUE(becomes_idle());

    EXPECT_TRUE(group.wait_for_the_last());
}

TEST_F(HookRunnerTest, NothingIsRunAfterTheStop) {
    test::GroupWatch group(folder / "fifo");
    make_and_run(group.join_command() + "; echo run >> " + out + "; sleep 1000");
    ASSERT_TRUE(group.wait_for_members());
    ASSERT_TRUE(file_becomes("run\n"));
    runner->run({"overload", "2\n"});

    runner->stop();
    runner->run({"available", "3\n"});
    ASSERT_TRUE(becomes_idle());
    runner->run({"available", "4\n"});

    EXPECT_TRUE(runner->is_idle());
    EXPECT_EQ(read_file(out).value(), "run\n");
    EXPECT_EQ(runner->status().runs, 1U);
}

TEST_F(HookRunnerTest, DestructorEndsARunWhateverItDoes) {
    test::GroupWatch group(folder / "fifo");
    options.end_patience = milliseconds(1);
    make_and_run(trap + group.join_command() + "; while :; do sleep 1000; done");
    ASSERT_TRUE(group.wait_for_members());

    runner.reset();

    EXPECT_TRUE(group.wait_for_the_last());
    EXPECT_EQ(log.count("it was ended with the daemon"), 1U);
    test::run_for(context, milliseconds(1));
}

TEST_F(HookRunnerTest, WhatAGoodRunLeavesInTheBackgroundStays) {
    test::GroupWatch group(folder / "fifo");
    make_and_run(group.join_command() + "; sleep 1000 & echo $! > " + out);
    ASSERT_TRUE(becomes_idle());

    runner.reset();

    EXPECT_EQ(log.count("a hook was run"), 1U);
    EXPECT_TRUE(group.has_members());
    ::kill(std::stoi(read_file(out).value()), SIGKILL);
    EXPECT_TRUE(group.wait_for_members());
    EXPECT_TRUE(group.wait_for_the_last());
}

}  // namespace conduitd
