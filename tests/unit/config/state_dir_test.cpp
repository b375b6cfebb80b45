#include "config/input.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace conduitd;
using namespace conduitd::test;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(StateDir, FirstOfTheVariablesDecides) {
    auto input = Input().without("HOME");
    EXPECT_THAT(input.load().problems, ElementsAre(HasSubstr("set CONDUITD_STATE_DIR")));

    input.with("HOME", "/h");
    EXPECT_EQ(input.load().config.state.dir, "/h/.local/state/conduitd");
    EXPECT_EQ(row(input.load(), "state.dir").origin, "HOME");

    input.with("XDG_STATE_HOME", "/x");
    EXPECT_EQ(input.load().config.state.dir, "/x/conduitd");

    input.with("STATE_DIRECTORY", "/var/lib/conduitd:/var/lib/other");
    EXPECT_EQ(input.load().config.state.dir, "/var/lib/conduitd");
    EXPECT_EQ(row(input.load(), "state.dir").origin, "STATE_DIRECTORY");

    input.with("CONDUITD_STATE_DIR", "/s");
    EXPECT_EQ(input.load().config.state.dir, "/s");
}

TEST(StateDir, RelativeVariableIsPassedOver) {
    const auto loaded = Input().with("XDG_STATE_HOME", "relative").with("HOME", "/h").load();

    EXPECT_EQ(loaded.config.state.dir, "/h/.local/state/conduitd");
}
