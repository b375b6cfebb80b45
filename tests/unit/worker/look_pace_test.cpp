#include "worker/look_pace.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// Conduits with a shard for each worker, a hundred to a page.
TEST(LookPeriod, OfAllWorkersTogetherIsATenthOfThePoints) {
    EXPECT_EQ(look_period(1, 1, 800), 30s);
    EXPECT_EQ(look_period(100, 1, 800), 150s);
    EXPECT_EQ(look_period(1'000, 10, 800), Duration::max());
    EXPECT_EQ(look_period(20'000, 200, 800), Duration::max());
    EXPECT_EQ(look_period(1'000, 10, 8'000), 825s);
}

TEST(LookPeriod, IsNeverBelowHalfAMinuteAndNeverBeyondAnHour) {
    EXPECT_EQ(look_period(0, 1, 100'000), 30s);
    EXPECT_EQ(look_period(2'400, 1, 800), 1h);
    EXPECT_EQ(look_period(2'401, 1, 800), Duration::max());
}

TEST(LookPeriod, LimitOfNoPointsIsNoDivisionByNone) {
    EXPECT_EQ(look_period(10, 1, 0), 20min);
}

TEST(LookAllowance, PaysForFourAtOnceAndForOneMoreEveryTenSeconds) {
    LookAllowance allowance;
    TimePoint now{1h};
    for (int i = 0; i < 4; ++i) {
        EXPECT_EQ(allowance.next_at(now), now);
        allowance.take(now);
    }

    EXPECT_EQ(allowance.next_at(now), now + 10s);
    now += 10s;
    EXPECT_EQ(allowance.next_at(now), now);
    allowance.take(now);
    EXPECT_EQ(allowance.next_at(now), now + 10s);
}

// Looks that nothing can put off are no debt.
TEST(LookAllowance, IsNeverFartherAwayThanOneLook) {
    LookAllowance allowance;
    const TimePoint now{1h};

    for (int i = 0; i < 100; ++i) allowance.take(now);

    EXPECT_EQ(allowance.next_at(now), now + 10s);
}

}  // namespace
}  // namespace conduitd
