#include "io/file_thread.hpp"

#include "io/loop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace conduitd {
namespace {

using ::testing::ElementsAre;

TEST(FileThread, WorkRunsElsewhereAndItsEndComesBackToTheLoop) {
    asio::io_context context;
    FileThread files(context);
    std::thread::id worked_on;
    std::thread::id done_on;

    ASSERT_TRUE(files.try_run([&] { worked_on = std::this_thread::get_id(); },
                              [&] { done_on = std::this_thread::get_id(); }));

    ASSERT_TRUE(test::run_until(context, [&] { return done_on != std::thread::id(); }));
    EXPECT_EQ(done_on, std::this_thread::get_id());
    EXPECT_NE(worked_on, done_on);
}

TEST(FileThread, JobsRunInTheirOrder) {
    asio::io_context context;
    FileThread files(context);
    std::string order;
    int done = 0;

    for (const char job : {'a', 'b', 'c', 'd'}) {
        ASSERT_TRUE(files.try_run([&order, job] { order += job; }, [&done] { ++done; }));
    }

    ASSERT_TRUE(test::run_until(context, [&] { return done == 4; }));
    EXPECT_EQ(order, "abcd");
}

TEST(FileThread, EndWaitsForWhatIsQueued) {
    asio::io_context context;
    std::promise<void> disk;
    int written = 0;
    FileThread files(context, {.end_patience = std::chrono::hours(1)});
    ASSERT_TRUE(files.try_run([&] { disk.get_future().wait(); }, [] {}));
    ASSERT_TRUE(files.try_run([&] { ++written; }, [] {}));

    disk.set_value();

    EXPECT_TRUE(files.end());
    EXPECT_EQ(written, 1);
}

TEST(FileThread, FullQueueRefusesAndTakesAgainOnceThereIsRoom) {
    asio::io_context context;
    std::promise<void> under_way;
    std::promise<void> disk;
    std::string order;
    FileThread files(context, {.jobs_max = 2, .end_patience = std::chrono::hours(1)});
    const auto add = [&](char job) {
        return files.try_run([&order, job] { order += job; }, [] {});
    };
    ASSERT_TRUE(files.try_run(
        [&] {
            under_way.set_value();
            disk.get_future().wait();
        },
        [] {}));
    under_way.get_future().wait();

    const bool are_taken[] = {add('a'), add('b'), add('c')};
    disk.set_value();
    ASSERT_TRUE(test::run_until(context, [&] { return add('d'); }));
    ASSERT_TRUE(files.end());

    EXPECT_THAT(are_taken, ElementsAre(true, true, false));
    EXPECT_EQ(order, "abd");
}

TEST(FileThread, NothingIsTakenAfterTheEnd) {
    asio::io_context context;
    FileThread files(context);

    EXPECT_TRUE(files.end());

    EXPECT_FALSE(files.try_run([] {}, [] {}));
    EXPECT_TRUE(files.end());
}

// A hung network folder once kept the process from ending.
TEST(FileThread, CallThatHangsIsLeftToItself) {
    // Tells when the thread has let go of its job, whatever becomes of the FileThread.
    struct Told {
        ~Told() { gone.set_value(); }
        std::promise<void> gone;
    };
    const auto disk = std::make_shared<std::promise<void>>();
    const auto under_way = std::make_shared<std::promise<void>>();
    auto told = std::make_shared<Told>();
    auto is_let_go = told->gone.get_future();
    const auto calls = std::make_shared<std::atomic<int>>(0);
    {
        asio::io_context context;
        FileThread files(context, {.end_patience = Duration::zero()});
        ASSERT_TRUE(files.try_run(
            [disk, under_way, told = std::move(told)] {
                under_way->set_value();
                disk->get_future().wait();
            },
            [calls] { ++*calls; }));
        ASSERT_TRUE(files.try_run([calls] { ++*calls; }, [calls] { ++*calls; }));
        under_way->get_future().wait();

        EXPECT_FALSE(files.end());
    }

    disk->set_value();

    is_let_go.wait();
    EXPECT_EQ(*calls, 0);
}

}  // namespace
}  // namespace conduitd
