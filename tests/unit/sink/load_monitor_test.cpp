#include "sink/load_monitor.hpp"

#include <gtest/gtest.h>

#include <optional>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class LoadMonitorTest : public ::testing::Test {
protected:
    LoadMonitorTest() {
        options.load.capacity = 1000;
        options.backlog_bytes_max = 1'000'000;
        options.backlog_age_max = seconds(100);
        monitor.emplace(options, wall_time());
    }

    void step(std::uint64_t events_per_second) {
        reading.load.events += events_per_second / 2;
        reading.next += events_per_second / 2;
        now += milliseconds(500);
        const auto changes = monitor->on_reading(reading, now, wall_time());
        load_changes += changes.is_load_changed ? 1 : 0;
        backlog_changes += changes.is_backlog_changed ? 1 : 0;
    }
    void run(std::uint64_t events_per_second, Duration duration) {
        for (const auto end = now + duration; now < end;) step(events_per_second);
    }
    [[nodiscard]] WallTime wall_time() const {
        return WallTime(std::chrono::hours(400'000)) + now.time_since_epoch();
    }
    [[nodiscard]] const LoadStatus& status() const { return monitor->status(); }

    LoadMonitorOptions options;
    std::optional<LoadMonitor> monitor;
    TimePoint now{std::chrono::hours(1)};
    LoadReading reading;
    int load_changes = 0;
    int backlog_changes = 0;
};

TEST_F(LoadMonitorTest, LoadIsSaidWithLevelsCountsAndTime) {
    run(100, seconds(10));
    EXPECT_EQ(load_changes, 0);
    EXPECT_FALSE(status().load.previous);

    run(800, seconds(60));
    EXPECT_EQ(load_changes, 1);
    EXPECT_EQ(status().load.level, Level::high);
    EXPECT_EQ(status().load.times_high, 1U);
    run(100, seconds(60));

    EXPECT_EQ(load_changes, 2);
    EXPECT_EQ(status().load.level, Level::available);
    EXPECT_EQ(status().load.previous, Level::high);
    EXPECT_EQ(status().load.times_available, 1U);
    EXPECT_LT(status().load.since, wall_time() - seconds(20));
    EXPECT_GT(status().load.since, wall_time() - seconds(40));
    EXPECT_EQ(backlog_changes, 0);
}

TEST_F(LoadMonitorTest, LagAloneIsAnOverload) {
    reading.load.lag = seconds(1);

    run(0, seconds(5));

    EXPECT_EQ(status().load.level, Level::overload);
    EXPECT_EQ(status().load_figures.share, 4);
}

TEST_F(LoadMonitorTest, BacklogGoesByAge) {
    run(10, seconds(10));
    reading.slowest = {"bot", reading.next - 1, 1};

    run(10, seconds(110));

    EXPECT_EQ(status().backlog.level, Level::overload);
    EXPECT_EQ(status().backlog.times_high, 1U);
    EXPECT_EQ(status().backlog_figures.consumer, "bot");
    EXPECT_NEAR(status().backlog_figures.share, 1.1, 0.01);
    EXPECT_EQ(load_changes, 0);
}

TEST_F(LoadMonitorTest, BacklogGoesByBytes) {
    run(10, seconds(10));
    reading.slowest = {"bot", reading.next, 950'000};

    run(10, seconds(5));

    EXPECT_EQ(status().backlog.level, Level::overload);
    EXPECT_EQ(status().backlog_figures.bytes, 950'000U);
}

TEST_F(LoadMonitorTest, ConsumerThatHasAllIsNotBehind) {
    for (int i = 0; i < 600; ++i) {
        reading.slowest = {"bot", reading.next + 5, 0};
        step(10);
    }

    EXPECT_EQ(backlog_changes, 0);
    EXPECT_EQ(status().backlog_figures.age, Duration::zero());
}

TEST_F(LoadMonitorTest, BacklogEndsWithTheConsumerThatHadIt) {
    reading.slowest = {"bot", 1, 2'000'000};
    run(10, seconds(10));
    ASSERT_EQ(status().backlog.level, Level::overload);

    reading.slowest.reset();
    run(10, seconds(40));

    EXPECT_EQ(status().backlog.level, Level::available);
    EXPECT_EQ(status().backlog_figures.consumer, "");
    EXPECT_EQ(backlog_changes, 2);
}

}  // namespace
}  // namespace conduitd
