#include "io/spool_thread.hpp"

#include "io/loop.hpp"
#include "io/posix_file_system.hpp"
#include "lines.hpp"
#include "spool/error.hpp"
#include "temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <unistd.h>

namespace conduitd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<RecordBatch> make_batch(const std::vector<std::string>& frames) {
    auto batch = std::make_shared<RecordBatch>();
    for (const auto& frame : frames) batch->add(frame, {}, {});
    return batch;
}

class SpoolThreadTest : public ::testing::Test {
protected:
    SpoolThreadOpening open(SpoolThreadLimits limits = {.end_patience = std::chrono::hours(1)}) {
        return SpoolThread::open(
            context, std::move(*PosixFileSystem::open(folder / "")), options, {1, 2, 3}, log,
            [this, owned = owned_by_threads](SpoolNews news) {
                visible_end = news.visible_end;
                status = news.status;
                for (const auto& batch : news.published) {
                    batch->each(0, [this](const RecordView& record) {
                        published.emplace_back(record.frame);
                        return true;
                    });
                }
            },
            limits);
    }

    // Keeps the thread busy until the promise is fulfilled, as a disk that stalls would.
    void stall(SpoolThread& thread) {
        const auto under_way = std::make_shared<std::promise<void>>();
        const auto disk_answers = disk.get_future().share();
        ASSERT_TRUE(thread.try_run(
            [under_way, disk_answers](Spool&, SpoolTime) {
                under_way->set_value();
                disk_answers.wait();
            },
            [] {}));
        under_way->get_future().wait();
    }

    test::TemporaryFolder folder;
    asio::io_context context;
    SpoolOptions options;
    test::Lines log;
    std::promise<void> disk;
    // Broken when nothing that a thread may touch is left.
    std::shared_ptr<std::promise<void>> owned_by_threads = std::make_shared<std::promise<void>>();
    std::uint64_t visible_end = 0;
    SpoolStatus status;
    std::vector<std::string> published;
};

TEST_F(SpoolThreadTest, WhatIsAppendedIsPublishedOnTheLoop) {
    const auto opening = open();
    ASSERT_TRUE(opening.thread) << opening.reason;

    ASSERT_TRUE(opening.thread->try_append(make_batch({"a", "b"})));
    ASSERT_TRUE(opening.thread->try_append(make_batch({"c"})));

    ASSERT_TRUE(test::run_until(context, [&] { return published.size() == 3; }));
    EXPECT_THAT(published, ElementsAre("a", "b", "c"));
    EXPECT_EQ(visible_end, 4U);
}

TEST_F(SpoolThreadTest, AJobSeesWhatWasAppendedBeforeIt) {
    options.sync = SyncPolicy::always;
    const auto opening = open();
    const auto reading = std::make_shared<SpoolReading>();
    bool is_done = false;

    ASSERT_TRUE(opening.thread->try_append(make_batch({"a", "b"})));
    ASSERT_TRUE(opening.thread->try_run(
        [reading](Spool& spool, SpoolTime) {
            ReadPosition position(1);
            *reading = spool.read(position, 4096);
        },
        [&is_done] { is_done = true; }));

    ASSERT_TRUE(test::run_until(context, [&] { return is_done; }));
    EXPECT_EQ(reading->records.records(), 2U);
}

// Of two that were equally far the one was still called the slowest after it had acked everything.
TEST_F(SpoolThreadTest, WhoIsTheSlowestIsTold) {
    const auto opening = open();
    const auto attach = [](Spool& spool, SpoolTime now) {
        ASSERT_TRUE(spool.attach("a", {}, now));
        ASSERT_TRUE(spool.attach("b", {}, now));
    };
    ASSERT_TRUE(opening.thread->try_append(make_batch({"one"})));
    ASSERT_TRUE(opening.thread->try_run(attach, [] {}));
    ASSERT_TRUE(test::run_until(context,
                                [&] { return status.slowest && status.slowest->consumer == "a"; }));

    ASSERT_TRUE(opening.thread->try_run(
        [](Spool& spool, SpoolTime now) { ASSERT_FALSE(spool.ack("a", 1, now)); }, [] {}));

    EXPECT_TRUE(test::run_until(context, [&] { return status.slowest->consumer == "b"; }));
}

TEST_F(SpoolThreadTest, WhatWasGivenBackIsTold) {
    options.segment_bytes = 200;
    const auto opening = open();
    ASSERT_TRUE(opening.thread->try_append(make_batch({std::string(200, 'x')})));
    ASSERT_TRUE(opening.thread->try_append(make_batch({"y"})));
    ASSERT_TRUE(test::run_until(context, [&] { return status.segments == 2; }));

    ASSERT_TRUE(opening.thread->try_run(
        [](Spool& spool, SpoolTime now) {
            ASSERT_TRUE(spool.attach("a", {}, now));
            ASSERT_FALSE(spool.ack("a", 2, now));
        },
        [] {}));

    EXPECT_TRUE(test::run_until(context, [&] { return status.segments == 1; }));
}

TEST_F(SpoolThreadTest, CursorsAreSavedAtTheirTime) {
    const auto opening = open();
    bool is_done = false;
    const auto attach_and_ack = [](Spool& spool, SpoolTime now) {
        ASSERT_TRUE(spool.attach("bot", {}, now));
        ASSERT_FALSE(spool.ack("bot", 1, now));
    };
    ASSERT_TRUE(opening.thread->try_append(make_batch({"a"})));
    ASSERT_TRUE(opening.thread->try_run(attach_and_ack, [&is_done] { is_done = true; }));
    ASSERT_TRUE(test::run_until(context, [&] { return is_done; }));

    const auto saved = std::make_shared<std::atomic<std::uint64_t>>(0);
    const auto read_file = [saved, files = std::shared_ptr<FileSystem>(std::move(
                                       *PosixFileSystem::open(folder / "")))](Spool&, SpoolTime) {
        const auto text = read_whole(*files, "bot.cursor", 1000);
        if (text) *saved = decode_cursor(*text)->acked;
    };
    ASSERT_TRUE(test::run_until(context, [&] {
        EXPECT_TRUE(opening.thread->try_run(read_file, [] {}));
        context.run_one_for(std::chrono::milliseconds(10));
        return *saved == 1;
    }));
}

TEST_F(SpoolThreadTest, AStalledDiskFillsTheQueueAndNoMore) {
    const auto opening = open({.queue_bytes_max = 200, .end_patience = std::chrono::hours(1)});
    stall(*opening.thread);

    EXPECT_TRUE(opening.thread->try_append(make_batch({std::string(100, 'x')})));
    const auto refused = make_batch({std::string(100, 'y')});
    EXPECT_FALSE(opening.thread->try_append(refused));
    EXPECT_EQ(opening.thread->queued_bytes(), record_head_bytes + 100);
    disk.set_value();

    ASSERT_TRUE(test::run_until(context, [&] { return published.size() == 1; }));
    EXPECT_TRUE(opening.thread->try_append(refused));
}

// The bug: what waited before a disk that stalled was nowhere in the status.
TEST_F(SpoolThreadTest, WhatADiskThatStallsDoesNotTakeIsCountedUntilNewsTellOfIt) {
    const auto opening = open();
    stall(*opening.thread);

    ASSERT_TRUE(opening.thread->try_append(make_batch({"a", "b"})));
    ASSERT_TRUE(opening.thread->try_append(make_batch({"c"})));
    EXPECT_EQ(opening.thread->untold(), (Amount{3, 3 * (record_head_bytes + 1)}));
    disk.set_value();

    ASSERT_TRUE(test::run_until(context, [&] { return status.waiting.records == 3; }));
    EXPECT_EQ(opening.thread->untold(), Amount());
}

TEST_F(SpoolThreadTest, TheEndWritesWhatIsQueuedAndLeavesTheFolder) {
    auto opening = open();
    stall(*opening.thread);
    ASSERT_TRUE(opening.thread->try_append(make_batch({"a"})));
    disk.set_value();

    const auto end = opening.thread->end();

    EXPECT_TRUE(end.has_ended);
    EXPECT_FALSE(end.error);
    EXPECT_FALSE(opening.thread->try_append(make_batch({"b"})));
    const auto again = open();
    ASSERT_TRUE(again.thread) << again.reason;
    std::uint64_t next = 0;
    bool is_done = false;
    ASSERT_TRUE(again.thread->try_run(
        [&next](Spool& spool, SpoolTime) { next = spool.status().next_sequence; },
        [&is_done] { is_done = true; }));
    ASSERT_TRUE(test::run_until(context, [&] { return is_done; }));
    EXPECT_EQ(next, 2U);
}

TEST_F(SpoolThreadTest, ADiskThatHangsDoesNotKeepTheProcessFromEnding) {
    bool is_done = false;
    auto thread_ended = owned_by_threads->get_future();
    {
        auto opening = open({.end_patience = std::chrono::milliseconds(10)});
        stall(*opening.thread);
        EXPECT_TRUE(opening.thread->try_run([](Spool&, SpoolTime) {}, [&] { is_done = true; }));
        EXPECT_FALSE(opening.thread->end().has_ended);
    }

    disk.set_value();
    context.poll();

    EXPECT_FALSE(is_done);
    // Else it would write into the folder while that is removed.
    owned_by_threads.reset();
    EXPECT_THROW(thread_ended.get(), std::future_error);
}

TEST_F(SpoolThreadTest, ASecondOneIsToldThePidOfTheFirst) {
    const auto first = open();

    const auto second = open();

    EXPECT_FALSE(second.thread);
    EXPECT_EQ(second.error, SpoolError::locked);
    EXPECT_THAT(second.reason, HasSubstr(std::to_string(::getpid())));
}

TEST_F(SpoolThreadTest, WhatRecoverySaysComesToTheLog) {
    auto opening = open();
    ASSERT_TRUE(opening.thread->try_append(make_batch({"a"})));
    ASSERT_TRUE(opening.thread->end().has_ended);
    opening.thread.reset();
    const auto files = std::move(*PosixFileSystem::open(folder / ""));
    const auto segment = files->open("00000000000000000001.seg", FileSystem::Mode::change);
    ASSERT_FALSE(write_fully(**segment, (*segment)->size().value(), "torn"));

    const auto again = open();

    EXPECT_THAT(log.lines, ElementsAre(HasSubstr("not written whole")));
}

}  // namespace
}  // namespace conduitd
