#include "sink/level.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace conduitd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A gauge that is given a share every half second, and what it said: "+3.0s available->high".
class LevelGaugeTest : public ::testing::Test {
protected:
    void give(double share) {
        const auto change = gauge.on_share(share, now);
        if (change) {
            changes.push_back("+" + std::to_string(to_milliseconds(now - begin)) + "ms " +
                              std::string(name_of(change->from)) + "->" +
                              std::string(name_of(change->to)));
        }
    }
    void stay(double share, Duration duration) {
        for (const auto end = now + duration; now < end; now += milliseconds(500)) give(share);
    }

    const TimePoint begin{std::chrono::hours(1)};
    TimePoint now = begin;
    LevelGauge gauge{{.available = 0.5,
                      .high = 0.7,
                      .overload = 0.9,
                      .enter_after = seconds(3),
                      .leave_after = seconds(30)}};
    std::vector<std::string> changes;
};

TEST_F(LevelGaugeTest, LevelIsEnteredOnceItsLimitIsPassedForTheTime) {
    stay(0.69, seconds(60));
    EXPECT_THAT(changes, IsEmpty());

    stay(0.7, seconds(60));

    EXPECT_THAT(changes, ElementsAre("+63000ms available->high"));
}

TEST_F(LevelGaugeTest, ShortPeakChangesNothing) {
    stay(0.1, seconds(1));
    stay(5, milliseconds(3000));
    stay(0.69, milliseconds(500));
    stay(5, milliseconds(3000));
    stay(0.1, seconds(60));

    EXPECT_THAT(changes, IsEmpty());
}

TEST_F(LevelGaugeTest, JumpToOverloadAndBackIsOneChangeEach) {
    stay(0.95, seconds(10));
    stay(0.1, seconds(60));

    EXPECT_THAT(changes,
                ElementsAre("+3000ms available->overload", "+40000ms overload->available"));
}

TEST_F(LevelGaugeTest, OverloadIsEnteredFromHigh) {
    stay(0.75, seconds(10));
    stay(0.9, seconds(10));

    EXPECT_THAT(changes, ElementsAre("+3000ms available->high", "+13000ms high->overload"));
}

TEST_F(LevelGaugeTest, ShareThatRisesStepByStepIsTimedForEachLimitByItself) {
    stay(0.8, seconds(2));
    stay(0.95, seconds(10));

    EXPECT_THAT(changes, ElementsAre("+3000ms available->high", "+5000ms high->overload"));
}

TEST_F(LevelGaugeTest, BetweenAvailableAndHighEitherLevelLasts) {
    stay(0.6, seconds(600));
    EXPECT_THAT(changes, IsEmpty());
    stay(0.7, seconds(5));

    stay(0.5, seconds(600));

    EXPECT_THAT(changes, ElementsAre("+603000ms available->high"));
    EXPECT_EQ(gauge.level(), Level::high);
}

TEST_F(LevelGaugeTest, OverloadIsLeftForHighWhenTheShareIsNotLowEnoughForMore) {
    stay(1.2, seconds(10));
    stay(0.6, seconds(600));

    EXPECT_THAT(changes, ElementsAre("+3000ms available->overload", "+40000ms overload->high"));
}

TEST_F(LevelGaugeTest, OverloadLastsAboveHigh) {
    stay(1.2, seconds(10));
    stay(0.7, seconds(600));

    EXPECT_EQ(gauge.level(), Level::overload);
}

TEST_F(LevelGaugeTest, ShareThatFallsStepByStepIsTimedForEachLimitByItself) {
    stay(1.2, seconds(10));
    stay(0.6, seconds(20));
    stay(0.1, seconds(100));

    EXPECT_THAT(changes, ElementsAre("+3000ms available->overload", "+40000ms overload->high",
                                     "+60000ms high->available"));
}

TEST_F(LevelGaugeTest, LeavingBeginsAnewWithEachPeak) {
    stay(0.8, seconds(5));
    for (int i = 0; i < 10; ++i) {
        stay(0.1, seconds(29));
        stay(0.51, milliseconds(500));
    }

    EXPECT_THAT(changes, ElementsAre("+3000ms available->high"));
}

TEST_F(LevelGaugeTest, SwingsAboutALimitAreOneChange) {
    for (int i = 0; i < 60; ++i) {
        stay(0.75, seconds(4));
        stay(0.65, seconds(4));
    }

    EXPECT_THAT(changes, ElementsAre("+3000ms available->high"));
    EXPECT_EQ(gauge.times_entered(Level::high), 1U);
}

TEST_F(LevelGaugeTest, SwingsOverTheWholeRangeChangeNoOftenerThanLeavingTakes) {
    for (int i = 0; i < 20; ++i) {
        stay(1.5, seconds(4));
        stay(0, seconds(31));
    }

    EXPECT_EQ(gauge.times_entered(Level::overload), 20U);
    EXPECT_EQ(gauge.times_entered(Level::available), 20U);
    EXPECT_EQ(gauge.times_entered(Level::high), 0U);
}

TEST_F(LevelGaugeTest, NothingChangesWhileTheClockStands) {
    for (int i = 0; i < 1000; ++i) give(5);

    EXPECT_THAT(changes, IsEmpty());
}

TEST_F(LevelGaugeTest, WithoutTimesTheLevelFollowsAtOnce) {
    gauge = LevelGauge({.enter_after = {}, .leave_after = {}});

    for (const double share : {0.8, 0.95, 0.6, 0.1, 0.95, 0.1}) give(share);

    EXPECT_THAT(changes, ElementsAre("+0ms available->high", "+0ms high->overload",
                                     "+0ms overload->high", "+0ms high->available",
                                     "+0ms available->overload", "+0ms overload->available"));
}

TEST_F(LevelGaugeTest, WhatIsNoNumberIsBeyondNoLimit) {
    stay(0.8, seconds(5));
    stay(std::numeric_limits<double>::quiet_NaN(), seconds(100));
    EXPECT_EQ(gauge.level(), Level::high);

    stay(std::numeric_limits<double>::infinity(), seconds(5));

    EXPECT_EQ(gauge.level(), Level::overload);
}

}  // namespace
}  // namespace conduitd
