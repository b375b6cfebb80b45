#include "sink/load_meter.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LoadMeterTest : public ::testing::Test {
protected:
    // Two samples a second of a steady load.
    void run(double events_per_second, double busy, Duration duration, Duration lag = {}) {
        constexpr auto period = milliseconds(500);
        for (const auto end = now + duration; now < end;) {
            now += period;
            sample.events += static_cast<std::uint64_t>(events_per_second / 2);
            sample.busy += std::chrono::duration_cast<Duration>(period * busy);
            sample.lag = lag;
            meter.on_sample(sample, now);
        }
    }
    [[nodiscard]] const LoadFigures& figures() const { return meter.figures(); }

    TimePoint now{std::chrono::hours(1)};
    LoadSample sample;
    LoadMeter meter{{}};
};

TEST_F(LoadMeterTest, FirstSampleHasNoRateYet) {
    sample = {.events = 1'000'000, .busy = seconds(1000)};

    meter.on_sample(sample, now);

    EXPECT_EQ(figures().events_per_second, 0);
    EXPECT_EQ(figures().share, 0);
    EXPECT_FALSE(figures().capacity);
}

TEST_F(LoadMeterTest, ShareIsTheRateOverTheCapacityThatIsSet) {
    meter = LoadMeter({.capacity = 10'000});

    run(8'000, 0.1, seconds(10));

    EXPECT_DOUBLE_EQ(figures().events_per_second, 8'000);
    EXPECT_DOUBLE_EQ(figures().share, 0.8);
    EXPECT_EQ(figures().capacity, 10'000);
}

TEST_F(LoadMeterTest, CapacityIsMeasuredByHowBusyTheLoopIs) {
    run(5'000, 0.25, seconds(10));

    ASSERT_TRUE(figures().capacity);
    EXPECT_NEAR(*figures().capacity, 20'000, 1);
    EXPECT_NEAR(figures().share, 0.25, 1e-9);
}

TEST_F(LoadMeterTest, MeasuredCapacityFollowsSlowlyAndTheShareAtOnce) {
    run(5'000, 0.25, seconds(60));

    run(5'000, 0.5, seconds(10));
    EXPECT_NEAR(figures().share, 0.5, 1e-9);
    EXPECT_GT(*figures().capacity, 16'000);
    run(5'000, 0.5, seconds(300));

    EXPECT_NEAR(*figures().capacity, 10'000, 10);
}

TEST_F(LoadMeterTest, CapacityIsNotRenewedWhileThereIsLittleToMeasureItBy) {
    run(5'000, 0.25, seconds(60));

    run(2, 0.01, seconds(600));

    EXPECT_NEAR(*figures().capacity, 20'000, 500);
    EXPECT_NEAR(figures().share, 0.01, 1e-9);
}

// The loop does not wait for the disk, so it is idle then.
TEST_F(LoadMeterTest, DiskThatDoesNotKeepUpIsALoad) {
    sample.spool_memory = 0.8;

    run(5'000, 0.1, seconds(10));
    EXPECT_DOUBLE_EQ(figures().share, 0.8);
    EXPECT_DOUBLE_EQ(figures().spool_memory, 0.8);
    sample.spool_memory = 0.05;
    run(5'000, 0.1, seconds(1));

    EXPECT_NEAR(figures().share, 0.1, 1e-9);
}

TEST_F(LoadMeterTest, LoopThatWorksWithoutEventsIsBusyToo) {
    run(0, 0.95, seconds(10));

    EXPECT_NEAR(figures().share, 0.95, 1e-9);
    EXPECT_FALSE(figures().capacity);
}

TEST_F(LoadMeterTest, LagCountsWhenItIsTheLargerShare) {
    run(5'000, 0.25, seconds(10), milliseconds(25));
    EXPECT_NEAR(figures().share, 0.25, 1e-9);

    run(5'000, 0.25, milliseconds(500), milliseconds(200));

    EXPECT_DOUBLE_EQ(figures().share, 0.8);
    EXPECT_EQ(figures().lag, milliseconds(200));
}

TEST_F(LoadMeterTest, RateIsThatOfTheWindow) {
    run(1'000, 0.1, seconds(60));

    run(11'000, 0.1, milliseconds(2500));
    EXPECT_DOUBLE_EQ(figures().events_per_second, 6'000);
    run(11'000, 0.1, milliseconds(2500));

    EXPECT_DOUBLE_EQ(figures().events_per_second, 11'000);
}

TEST_F(LoadMeterTest, AfterAPauseTheRateIsThatOfThePause) {
    run(1'000, 0.1, seconds(60));

    now += seconds(100);
    sample.events += 1'000;
    meter.on_sample(sample, now);

    EXPECT_NEAR(figures().events_per_second, 10, 1e-9);
}

TEST_F(LoadMeterTest, SampleAtTheSameTimeReplacesTheOneBefore) {
    run(1'000, 0.1, seconds(60));

    for (int i = 0; i < 10'000; ++i) {
        ++sample.events;
        meter.on_sample(sample, now);
    }

    EXPECT_NEAR(figures().events_per_second, 3'000, 1e-9);
}

TEST_F(LoadMeterTest, SamplesWithoutNumberShortenTheWindow) {
    for (int i = 0; i < 100'000; ++i) {
        now += milliseconds(1);
        sample.events += i < 99'000 ? 1 : 5;
        meter.on_sample(sample, now);
    }

    EXPECT_NEAR(figures().events_per_second, 5'000, 1e-9);
}

}  // namespace
}  // namespace conduitd
