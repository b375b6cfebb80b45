#include "base/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, BoundDoublesUpToTheMaximum) {
    const Duration bounds[] = {250ms, 500ms, 1s, 2s, 3s, 3s, 3s};
    Duration longest[std::size(bounds)] = {};

    for (unsigned seed = 0; seed < 400; ++seed) {
        Random random(seed);
        Backoff backoff(250ms, 3s);
        for (std::size_t i = 0; i < std::size(bounds); ++i) {
            const auto delay = backoff.next(random);
            EXPECT_GE(delay, 0ms);
            EXPECT_LE(delay, bounds[i]);
            longest[i] = std::max(longest[i], delay);
        }
    }

    for (std::size_t i = 0; i < std::size(bounds); ++i) EXPECT_GT(longest[i], bounds[i] * 9 / 10);
}

TEST(Backoff, JitterIsFull) {
    Random random(1);
    int below_half = 0;

    for (int i = 0; i < 1000; ++i) {
        Backoff backoff(1s, 1s);
        if (backoff.next(random) < 500ms) ++below_half;
    }

    EXPECT_GT(below_half, 400);
    EXPECT_LT(below_half, 600);
}

TEST(Backoff, ResetStartsAtTheMinimumAgain) {
    Random random(1);
    Backoff backoff(250ms, 15s);
    for (int i = 0; i < 10; ++i) (void)backoff.next(random);

    for (int i = 0; i < 100; ++i) {
        backoff.reset();
        EXPECT_LE(backoff.next(random), 250ms);
    }
}

TEST(Backoff, LongMaximumDoesNotOverflow) {
    Random random(1);
    Backoff backoff(1ns, Duration::max());

    for (int i = 0; i < 100; ++i) EXPECT_GE(backoff.next(random), 0ns);
}

TEST(BackoffDeathTest, MinimumMustBePositive) {
    EXPECT_DEATH(Backoff(0s, 1s), "positive minimum");
    EXPECT_DEATH(Backoff(2s, 1s), "not above its maximum");
}

}  // namespace
}  // namespace conduitd
