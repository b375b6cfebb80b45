#include "sink/arrival_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint begin{hours(1)};

TEST(ArrivalTimes, RecordIsAsOldAsTheSampleThatSawItFirst) {
    ArrivalTimes arrivals;
    arrivals.on_sample(1, begin);
    arrivals.on_sample(11, begin + seconds(1));
    arrivals.on_sample(11, begin + seconds(2));
    arrivals.on_sample(21, begin + seconds(3));

    const auto now = begin + seconds(10);
    EXPECT_EQ(arrivals.age_of(1, now), seconds(9));
    EXPECT_EQ(arrivals.age_of(10, now), seconds(9));
    EXPECT_EQ(arrivals.age_of(11, now), seconds(7));
    EXPECT_EQ(arrivals.age_of(20, now), seconds(7));
}

TEST(ArrivalTimes, RecordThatHasNotComeHasNoAge) {
    ArrivalTimes arrivals;
    EXPECT_EQ(arrivals.age_of(1, begin), Duration::zero());
    arrivals.on_sample(5, begin);

    EXPECT_EQ(arrivals.age_of(5, begin + hours(1)), Duration::zero());
}

TEST(ArrivalTimes, WhatWasThereBeforeIsAsOldAsTheFirstSample) {
    ArrivalTimes arrivals;

    arrivals.on_sample(1'000'000, begin);

    EXPECT_EQ(arrivals.age_of(1, begin + minutes(2)), minutes(2));
}

// The night was quiet, and one record comes in the morning: it is not as old as the night.
TEST(ArrivalTimes, RecordAfterAPauseIsNoOlderThanItIs) {
    ArrivalTimes arrivals;
    arrivals.on_sample(100, begin);
    arrivals.on_sample(100, begin + hours(8));

    arrivals.on_sample(101, begin + hours(8) + seconds(1));

    EXPECT_EQ(arrivals.age_of(100, begin + hours(8) + seconds(2)), seconds(1));
}

TEST(ArrivalTimes, AWeekIsRememberedToAnEighth) {
    ArrivalTimes arrivals;
    constexpr auto period = milliseconds(500);
    constexpr std::uint64_t samples = 7 * 24 * 3600 * 2;

    for (std::uint64_t i = 0; i < samples; ++i) arrivals.on_sample(i + 1, begin + i * period);

    const auto now = begin + samples * period;
    for (std::uint64_t record = 1; record < samples; record += record < 5000 ? 1 : 977) {
        const auto age = now - (begin + record * period);
        ASSERT_GE(arrivals.age_of(record, now), age) << record;
        ASSERT_LE(arrivals.age_of(record, now), age + age / 8) << record;
    }
}

}  // namespace
}  // namespace conduitd
