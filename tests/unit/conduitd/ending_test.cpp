#include "conduitd/ending.hpp"

#include "io/lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr Untaken nothing{.is_caught_up = true};
constexpr Untaken something{.records = 3};

class EndingTest : public ::testing::Test {
protected:
    void stop_worker() {
        ending.on_worker_stopped(ExitCode::drained, "");
        ending.on_all_spooled();
    }

    test::Lines log;
    Ending ending{Log(log, "test")};
};

TEST_F(EndingTest, LeavesOnceTheSinkHasEverythingThatTheWorkerForwarded) {
    EXPECT_FALSE(ending.try_leave(nothing));
    ending.on_worker_stopped(ExitCode::drained, "");
    EXPECT_FALSE(ending.try_leave(nothing));
    ending.on_all_spooled();
    EXPECT_FALSE(ending.try_leave(something));

    EXPECT_TRUE(ending.try_leave(nothing));

    EXPECT_FALSE(ending.try_leave(nothing));  // once
    EXPECT_EQ(ending.code(), ExitCode::drained);
    EXPECT_THAT(log.lines, IsEmpty());
}

TEST_F(EndingTest, WhatConsumersThatAreAwayHaveNotTakenWaitsOnTheDiskButNotInMemory) {
    stop_worker();
    const Untaken on_disk{.is_caught_up = true, .records = 3};
    const Untaken in_memory{.is_caught_up = true, .is_in_memory = true, .records = 3};

    EXPECT_FALSE(ending.try_leave(in_memory));
    EXPECT_TRUE(ending.try_leave(on_disk));
}

TEST_F(EndingTest, WhenTheTimeIsUpWhatIsLeftWaitsForTheNextStart) {
    stop_worker();
    ending.on_out_of_time();

    EXPECT_TRUE(ending.try_leave(something));

    EXPECT_EQ(ending.code(), ExitCode::drained);
    EXPECT_THAT(log.lines, Contains(HasSubstr("it waits for the next start")));
}

TEST_F(EndingTest, WhenTheTimeIsUpWhatIsLeftInMemoryIsLost) {
    stop_worker();
    ending.on_out_of_time();

    EXPECT_TRUE(ending.try_leave({.is_in_memory = true, .records = 3}));

    EXPECT_EQ(ending.code(), ExitCode::try_again_later);
    EXPECT_THAT(log.lines, Contains(HasSubstr("did not take everything")));
}

TEST_F(EndingTest, SecondStopWaitsForNothing) {
    ending.on_second_stop();
    EXPECT_FALSE(ending.try_leave(something));
    ending.on_worker_stopped(ExitCode::drained, "");

    EXPECT_TRUE(ending.try_leave(something));
}

TEST_F(EndingTest, SinkThatFailedIsNotWaitedForAndIsTheReason) {
    stop_worker();
    ending.on_sink_failed("the reader is gone");

    EXPECT_TRUE(ending.try_leave(something));

    EXPECT_EQ(ending.code(), ExitCode::try_again_later);
    EXPECT_EQ(ending.reason(), "the reader is gone");
}

TEST_F(EndingTest, WorkerThatIsCutShortIsSaid) {
    ending.on_out_of_time();
    stop_worker();

    EXPECT_TRUE(ending.try_leave(nothing));

    EXPECT_EQ(ending.code(), ExitCode::try_again_later);
    EXPECT_THAT(ending.reason(), HasSubstr("not read to their ends"));
}

TEST_F(EndingTest, ReasonOfTheWorkerGoesBeforeAllOthers) {
    ending.on_worker_stopped(ExitCode::credentials_refused, "refused");
    ending.on_all_spooled();
    ending.on_sink_failed("the reader is gone");

    EXPECT_TRUE(ending.try_leave(something));
    ending.end_with(ExitCode::cannot_write_spool, "the disk");

    EXPECT_EQ(ending.code(), ExitCode::credentials_refused);
    EXPECT_EQ(ending.reason(), "refused");
}

}  // namespace
}  // namespace conduitd
