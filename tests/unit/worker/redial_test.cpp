#include "worker/redial.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint start{1h};

// The longest of many waits, each of them after `losses` losses in a row.
Duration longest_wait(unsigned losses, Duration last_spell) {
    Duration longest{};
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Redial redial{RedialOptions()};
        Random random(seed);
        TimePoint at = start;
        for (unsigned i = 0; i + 1 < losses; ++i) (void)redial.after_loss(at, random);
        redial.on_bound_spell(at - last_spell, at);
        longest = std::max(longest, redial.after_loss(at, random) - at);
    }
    return longest;
}

TEST(Redial, FirstLossIsAnsweredAtOnce) {
    EXPECT_LE(longest_wait(1, 0s), 20ms);
}

TEST(Redial, LossesInARowBackOffWithFullJitter) {
    EXPECT_LE(longest_wait(2, 0s), 500ms);
    EXPECT_GT(longest_wait(3, 0s), 800ms);
    EXPECT_GT(longest_wait(12, 0s), 25s);
    EXPECT_LE(longest_wait(12, 0s), 30s);
}

TEST(Redial, LossOfASessionThatHadSettledIsAFirstOne) {
    EXPECT_GT(longest_wait(6, 999ms), 1s);
    EXPECT_LE(longest_wait(6, 1s), 20ms);
}

// The bug: a backoff that starts anew with every connection is none.
TEST(Redial, BackoffStartsAnewOnlyAfterAStableSpell) {
    Redial settled{RedialOptions()};
    Redial stable{RedialOptions()};
    Random random(1);
    Duration longest_settled{};
    Duration longest_stable{};
    for (int i = 0; i < 200; ++i) {
        for (auto* const redial : {&settled, &stable}) {
            for (int loss = 0; loss < 2; ++loss) (void)redial->after_loss(start, random);
        }
        settled.on_bound_spell(start - 5s, start);
        stable.on_bound_spell(start - 1min, start);
        (void)settled.after_loss(start, random);
        (void)stable.after_loss(start, random);
        longest_settled = std::max(longest_settled, settled.after_loss(start, random) - start);
        longest_stable = std::max(longest_stable, stable.after_loss(start, random) - start);
    }

    EXPECT_GT(longest_settled, 20s);
    EXPECT_LE(longest_stable, 1s);
}

TEST(Redial, RefusedUpgradeWaitsFifteenToThirtySeconds) {
    Redial redial{RedialOptions()};
    Random random(1);

    for (int i = 0; i < 100; ++i) {
        const auto wait = redial.after_refusal(start, random) - start;
        EXPECT_GE(wait, 15s);
        EXPECT_LE(wait, 30s);
    }
}

}  // namespace
}  // namespace conduitd
