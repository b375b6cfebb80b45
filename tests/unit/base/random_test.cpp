#include "base/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace conduitd {
namespace {

TEST(Random, RepeatsItselfForTheSameSeed) {
    Random one(42);
    Random two(42);
    Random other(43);
    bool differs = false;

    for (int i = 0; i < 100; ++i) {
        const auto drawn = one.below(1'000'000);
        EXPECT_EQ(drawn, two.below(1'000'000));
        differs = differs || drawn != other.below(1'000'000);
    }

    EXPECT_TRUE(differs);
}

TEST(Random, DrawsEveryNumberBelowTheBoundAndNoOther) {
    Random random(1);
    std::set<std::uint64_t> drawn;

    for (int i = 0; i < 1000; ++i) drawn.insert(random.below(5));

    EXPECT_EQ(drawn, (std::set<std::uint64_t>{0, 1, 2, 3, 4}));
}

TEST(Random, DrawsZeroWhereThereIsNothingToDrawFrom) {
    Random random(1);

    EXPECT_EQ(random.below(0), 0u);
    EXPECT_EQ(random.below(1), 0u);
    EXPECT_EQ(random.up_to(Duration::zero()), Duration::zero());
    EXPECT_EQ(random.up_to(Duration(-5)), Duration::zero());
}

TEST(Random, DrawsDurationsUpToTheLimitInclusive) {
    Random random(1);
    std::set<Duration> drawn;

    for (int i = 0; i < 1000; ++i) drawn.insert(random.up_to(Duration(2)));

    EXPECT_EQ(drawn, (std::set<Duration>{Duration(0), Duration(1), Duration(2)}));
    EXPECT_GE(random.up_to(Duration::max()), Duration::zero());
}

}  // namespace
}  // namespace conduitd
