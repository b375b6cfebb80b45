#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Levels, AscendingPercentsAreTaken) {
    const auto loaded = Input()
                            .flag("load.available", "10%")
                            .flag("load.high", "20")
                            .flag("load.overload", "100%")
                            .flag("backlog.overload", "71 %")
                            .load();

    EXPECT_THAT(loaded.problems, IsEmpty());
    EXPECT_EQ(loaded.config.load.levels.available, 10U);
    EXPECT_EQ(loaded.config.load.levels.high, 20U);
    EXPECT_EQ(loaded.config.load.levels.overload, 100U);
    EXPECT_EQ(loaded.config.backlog.levels.overload, 71U);
}

TEST(Levels, AvailableHasToBeBelowHigh) {
    for (const auto* const available : {"70%", "71%"}) {
        EXPECT_THAT(Input().flag("load.available", available).load().problems,
                    ElementsAre(AllOf(HasSubstr("--load.available"),
                                      HasSubstr("% is not below load.high (70%)"))));
    }
}

TEST(Levels, HighHasToBeBelowOverload) {
    EXPECT_THAT(Input().flag("backlog.overload", "70%").load().problems,
                ElementsAre(AllOf(HasSubstr("--backlog.overload"), HasSubstr("backlog.high"),
                                  HasSubstr("70% is not below backlog.overload (70%)"))));
}

TEST(Levels, EachPairOutOfOrderIsSaid) {
    EXPECT_THAT(Input().yaml("load: {available: 90%, high: 80%, overload: 70%}\n").load().problems,
                ElementsAre(AllOf(HasSubstr("conduitd.yaml:1"), HasSubstr("load.available")),
                            AllOf(HasSubstr("conduitd.yaml:1"), HasSubstr("load.high"))));
}

TEST(Levels, RefusedPercentIsNoOrderToJudge) {
    EXPECT_THAT(Input().flag("load.high", "0%").flag("load.available", "80%").load().problems,
                ElementsAre(AllOf(HasSubstr("load.high"), HasSubstr("too small"))));
}
