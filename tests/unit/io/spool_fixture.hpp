#pragma once

#include "io/feed.hpp"
#include "io/posix_file_system.hpp"
#include "io/spool_thread.hpp"
#include "lines.hpp"
#include "loop.hpp"
#include "temporary_folder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd::test {

// A spool in a folder of its own, its thread, and what sinks see of it.
class SpoolFixture : public ::testing::Test {
protected:
    void open(SpoolThreadLimits limits = {.end_patience = std::chrono::hours(1)}) {
        auto opening = SpoolThread::open(
            context, std::move(*PosixFileSystem::open(folder / "")), options, {1, 2, 3}, log,
            [this](const SpoolNews& news) {
                feed->on_news(news);
                on_news(news);
            },
            limits);
        ASSERT_TRUE(opening.thread) << opening.reason;
        spool = std::move(opening.thread);
        feed.emplace(*spool);
    }

    // As a kill would leave it, but for what is queued.
    void reopen_after_crash() {
        (void)spool->end(Spool::Ending::cut_off);
        feed.reset();
        spool.reset();
        open();
    }

    // Frames {"n":1}, {"n":2} …, each filled up to `bytes`, in batches of 100.
    void append(int count, std::size_t bytes = 0) {
        while (count > 0) {
            const auto batch = std::make_shared<RecordBatch>();
            for (int i = 0; i < 100 && count > 0; ++i, --count) {
                std::string frame = R"({"n":)" + std::to_string(++numbered);
                if (bytes > 0) frame += R"(,"x":")" + std::string(bytes, 'x') + '"';
                batch->add(frame + "}", {}, {});
            }
            ASSERT_TRUE(run_until(context, [&] { return spool->try_append(batch); }));
        }
        const auto end = feed->visible_end();
        ASSERT_TRUE(run_until(context, [&] { return feed->visible_end() > end; }));
        wait_for_jobs();
    }

    // All that the spool's thread was given before has been done.
    void wait_for_jobs() {
        bool is_done = false;
        ASSERT_TRUE(spool->try_run([](Spool&, SpoolTime) {}, [&is_done] { is_done = true; }));
        ASSERT_TRUE(run_until(context, [&] { return is_done; }));
    }

    // What the disk knows of a consumer.
    std::uint64_t cursor_of(const std::string& name) {
        const auto acked = std::make_shared<std::uint64_t>(0);
        bool is_done = false;
        EXPECT_TRUE(spool->try_run(
            [acked, name](const Spool& of, SpoolTime) {
                for (const auto& consumer : of.consumers({})) {
                    if (consumer.name == name) *acked = consumer.acked;
                }
            },
            [&is_done] { is_done = true; }));
        EXPECT_TRUE(run_until(context, [&] { return is_done; }));
        return *acked;
    }

    virtual void on_news(const SpoolNews&) {}

    TemporaryFolder folder;
    asio::io_context context;
    SpoolOptions options;
    Lines log;
    std::unique_ptr<SpoolThread> spool;
    std::optional<Feed> feed;
    int numbered = 0;
};

}  // namespace conduitd::test
