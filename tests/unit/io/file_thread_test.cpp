#include "io/file_thread.hpp"

#include "io/loop.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <thread>

namespace conduitd {
namespace {

TEST(FileThread, WorkRunsElsewhereAndItsEndComesBackToTheLoop) {
    asio::io_context context;
    FileThread files(context);
    std::thread::id worked_on;
    std::thread::id done_on;

    files.run([&] { worked_on = std::this_thread::get_id(); },
              [&] { done_on = std::this_thread::get_id(); });

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
        files.run([&order, job] { order += job; }, [&done] { ++done; });
    }

    ASSERT_TRUE(test::run_until(context, [&] { return done == 4; }));
    EXPECT_EQ(order, "abcd");
}

TEST(FileThread, EndWaitsForWhatIsQueued) {
    asio::io_context context;
    std::promise<void> disk;
    int written = 0;
    {
        FileThread files(context);
        files.run([&] { disk.get_future().wait(); }, [] {});
        files.run([&] { ++written; }, [] {});
        disk.set_value();
    }

    EXPECT_EQ(written, 1);
}

}  // namespace
}  // namespace conduitd
