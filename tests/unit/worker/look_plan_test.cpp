#include "worker/look_plan.hpp"

#include "worker/world.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;

void expect_within(TimePoint at, Duration from, Duration to) {
    EXPECT_GE(at - start, from);
    EXPECT_LE(at - start, to);
}

TEST(LookPlan, LooksTwiceAfterAClaim) {
    LookPlan plan{LookOptions()};
    Random random(1);
    EXPECT_FALSE(plan.is_planned());

    plan.after_claim(start, random);
    expect_within(plan.at(), 3s, 5s);
    plan.clear();
    plan.on_found(start, random);
    expect_within(plan.at(), 30s, 32s);
    plan.clear();
    plan.on_found(start, random);

    EXPECT_FALSE(plan.is_planned());
}

TEST(LookPlan, WaitsLongerEachTimeTheShardIsAstrayUpToALimit) {
    LookPlan plan{LookOptions()};
    Random random(1);

    for (const auto settle : {6s, 12s, 24s, 48s, 48s}) {
        plan.on_astray();
        plan.after_claim(start, random);
        expect_within(plan.at(), settle, settle + 2s);
    }
    plan.on_found(start, random);
    plan.after_claim(start, random);

    expect_within(plan.at(), 3s, 5s);
}

TEST(LookPlan, FailuresAreNewsOnceInARow) {
    LookPlan plan{LookOptions()};
    Random random(1);

    EXPECT_TRUE(plan.on_failed(start, random));
    expect_within(plan.at(), 30s, 32s);
    EXPECT_FALSE(plan.on_failed(start, random));
    plan.on_found(start, random);

    EXPECT_TRUE(plan.on_failed(start, random));
}

TEST(LookPlan, ChosenShardIsLookedForWithinASecondAndThenAsAfterAnyClaim) {
    LookPlan plan{LookOptions()};
    Random random(1);

    plan.after_choice(start, random);
    expect_within(plan.at(), 300ms, 600ms);
    plan.on_found(start, random);
    expect_within(plan.at(), 3s, 5s);
    plan.on_found(start, random);
    expect_within(plan.at(), 30s, 32s);
    plan.clear();
    plan.on_found(start, random);

    EXPECT_FALSE(plan.is_planned());
}

}  // namespace
}  // namespace conduitd
