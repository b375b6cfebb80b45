#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

using std::chrono::seconds;

// The longest of many draws is close to the bound.
Duration bound_of(const Backoff& backoff) {
    Random random(7);
    Duration longest{};
    for (int i = 0; i < 1000; ++i) {
        Backoff copy = backoff;
        longest = std::max(longest, copy.next(random));
    }
    return longest;
}

TEST(Backoff, DoublesFromTheMinimumUpToTheMaximum) {
    Random random(1);
    Backoff backoff(seconds(1), seconds(5));

    for (const auto bound : {seconds(1), seconds(2), seconds(4), seconds(5), seconds(5)}) {
        const Duration longest = bound_of(backoff);

        EXPECT_LE(longest, bound);
        EXPECT_GT(longest, Duration(bound) * 9 / 10);
        (void)backoff.next(random);
    }
}

TEST(Backoff, StartsOverAfterReset) {
    Random random(1);
    Backoff backoff(seconds(1), seconds(60));
    for (int i = 0; i < 10; ++i) (void)backoff.next(random);

    backoff.reset();

    EXPECT_LE(bound_of(backoff), seconds(1));
}

TEST(BackoffDeathTest, RefusesBoundsThatMakeNoSense) {
    EXPECT_DEATH(Backoff(seconds(0), seconds(1)), "positive minimum");
    EXPECT_DEATH(Backoff(seconds(2), seconds(1)), "not above its maximum");
}

}  // namespace
}  // namespace conduitd
