#include "worker/redial.hpp"

#include "worker/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

// The longest of many waits, each of them the last of so many losses without a bound session.
Duration longest_wait(unsigned losses) {
    Duration longest{};
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Redial redial{RedialOptions()};
        Random random(seed);
        for (unsigned i = 0; i + 1 < losses; ++i) (void)redial.after_loss(start, random);
        longest = std::max(longest, redial.after_loss(start, random) - start);
    }
    return longest;
}

TEST(Redial, FirstLossIsAnsweredAtOnce) {
    EXPECT_LE(longest_wait(1), 20ms);
}

TEST(Redial, LossesInARowBackOffWithFullJitter) {
    EXPECT_LE(longest_wait(2), 500ms);
    EXPECT_GT(longest_wait(3), 800ms);
    EXPECT_GT(longest_wait(12), 25s);
    EXPECT_LE(longest_wait(12), 30s);
}

TEST(Redial, LossOfABoundSessionIsAFirstOne) {
    Redial redial{RedialOptions()};
    Random random(1);
    TimePoint at = start;

    for (int cut = 0; cut < 100; ++cut) {
        redial.on_bound_spell(at - 100ms, at);
        EXPECT_LE(redial.after_loss(at, random) - at, 20ms) << cut;
        at += 200ms;
    }
}

// The bug: of links that were cut right behind their claims every other one took seconds.
TEST(Redial, LinksThatAreCutAsSoonAsTheyAreBoundAreReplacedAtOnceAHundredTimes) {
    Redial redial{RedialOptions()};
    Random random(1);
    TimePoint at = start;

    for (int cut = 0; cut < 100; ++cut) {
        redial.on_bound_spell(at, at, /*was_cut=*/true);
        EXPECT_LE(redial.after_loss(at, random) - at, 20ms) << cut;
    }
}

TEST(Redial, LossOfASessionThatWasBoundForASecondIsAnsweredAtOnceForEver) {
    Redial redial{RedialOptions()};
    Random random(1);
    TimePoint at = start;

    for (int cut = 0; cut < 10'000; ++cut) {
        const auto dial_at = redial.after_loss(at, random);
        EXPECT_LE(dial_at - at, 20ms) << cut;
        at = dial_at + 1s;
        redial.on_bound_spell(dial_at, at);
    }
}

// What a server that closes each session right behind its claim makes of a worker.
struct Storm {
    Redial redial{RedialOptions()};
    Random random{1};
    TimePoint at = start;

    unsigned dials_until(TimePoint end) {
        unsigned dials = 0;
        for (; at < end; ++dials) {
            at = redial.after_loss(at, random) + 30ms;
            redial.on_bound_spell(at - 10ms, at);
        }
        return dials;
    }
};

// The bug: a hundred sessions were dialled, and claimed, within four seconds.
TEST(Redial, SessionsThatAreLostAsSoonAsTheyAreBoundAreDialledTenTimesInARow) {
    Storm storm;

    EXPECT_LE(storm.dials_until(start + 3500ms), 10U + 6U);
}

// The bug: a backoff that starts anew with every connection is none.
TEST(Redial, SessionsThatAreLostAsSoonAsTheyAreBoundDoNotMakeAStorm) {
    Storm storm;

    // The burst, one every ten seconds, and those that a backoff spreads over the time.
    EXPECT_LE(storm.dials_until(start + 10min), 10U + 60U + 60U);
}

TEST(Redial, SessionThatLivesForASecondAfterAStormEarnsADialAtOnce) {
    Storm storm;
    (void)storm.dials_until(start + 10min);
    const auto bound_at = storm.at;
    const auto lost_at = bound_at + 1s;

    storm.redial.on_bound_spell(bound_at, lost_at);

    EXPECT_LE(storm.redial.after_loss(lost_at, storm.random) - lost_at, 20ms);
}

TEST(Redial, ReplacementsOfSessionsThatWereBoundForAMomentArePacedLikeLosses) {
    Redial redial{RedialOptions()};
    unsigned replaced = 0;

    for (int i = 0; i < 100; ++i) {
        redial.on_bound_spell(start, start + 50ms);
        if (redial.may_replace(start + 50ms)) ++replaced;
    }

    EXPECT_EQ(replaced, 10U);
}

// A machine's clock may begin with its start.
TEST(Redial, AllowanceIsThereFromTheBeginning) {
    Redial redial{RedialOptions()};
    Random random(1);
    TimePoint at{};

    for (int cut = 0; cut < 10; ++cut) {
        redial.on_bound_spell(at, at);
        EXPECT_LE(redial.after_loss(at, random) - at, 20ms) << cut;
    }
}

TEST(Redial, BackoffStartsAnewOnlyAfterAStableSpell) {
    RedialOptions options;
    options.allowance = Duration::zero();
    Duration longest_short{};
    Duration longest_stable{};
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
        Redial redial{options};
        Random random(seed);
        for (int i = 0; i < 12; ++i) (void)redial.after_loss(start, random);
        redial.on_bound_spell(start - 59s, start);
        longest_short = std::max(longest_short, redial.after_loss(start, random) - start);
        redial.on_bound_spell(start - 1min, start);
        longest_stable = std::max(longest_stable, redial.after_loss(start, random) - start);
    }

    EXPECT_GT(longest_short, 25s);
    EXPECT_LE(longest_stable, 500ms);
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
