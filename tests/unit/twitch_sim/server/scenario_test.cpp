#include "twitch_sim/server/scenario.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using namespace std::chrono_literals;

TEST(ScenarioTime, TakesUnitsAndSumsOfThem) {
    EXPECT_EQ(parse_duration("250ms"), 250ms);
    EXPECT_EQ(parse_duration("1.5s"), 1500ms);
    EXPECT_EQ(parse_duration("1m30s"), 90s);
    EXPECT_EQ(parse_duration("2h"), 2h);
    EXPECT_EQ(parse_duration("90"), 90s);
    EXPECT_EQ(parse_duration("0"), 0s);
}

TEST(ScenarioTime, RefusesEverythingElse) {
    for (const auto* const text : {"", "s", "-1s", "1x", "1 s", "1s ", "1m30", "nan", "inf", "1e3s",
                                   "99999999999s", "1..5s", "+1s"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(Scenario, OrdersAreAdminCalls) {
    const auto scenario = parse_scenario(R"(
- at: 1m
  do: emit
  count: 2
  text: "7"
- {at: 0, do: mute, on: false}
- {at: 1s, do: switch, overlap: 0.5, resend: none}
)",
                                         "file");

    EXPECT_THAT(scenario.problems, IsEmpty());
    ASSERT_EQ(scenario.orders.size(), 3u);
    EXPECT_EQ(scenario.orders[0].at, 1min);
    EXPECT_EQ(scenario.orders[0].call.method, "POST");
    EXPECT_EQ(scenario.orders[0].call.target, "/sim/emit");
    EXPECT_EQ(scenario.orders[0].call.body, R"({"count":2,"text":"7"})");
    EXPECT_EQ(scenario.orders[1].call.body, R"({"on":false})");
    EXPECT_EQ(scenario.orders[2].call.body, R"({"overlap":5E-1,"resend":"none"})");
}

TEST(Scenario, ProblemsHaveTheirLine) {
    const auto scenario = parse_scenario(R"(- at: 1s
  do: emit
  count: many
- at: 1s
  do: schedule
)",
                                         "file");

    EXPECT_THAT(scenario.problems,
                ElementsAre("file:3: `count` is a whole number from 1 to 100000; found \"many\"",
                            StartsWith("file:5: `do` is `emit`, ")));
}

TEST(Scenario, TextThatIsNoScenarioIsRefused) {
    for (const auto* const text :
         {"", "~", "5", "a: b", "- [", "- - x", "- 5", "\x01", "- {at: 1s, do: [emit]}",
          "- {at: {}, do: emit}", "- ? [a]\n  : b", "- &a {at: 1s, do: emit, x: *a}"}) {
        EXPECT_THAT(parse_scenario(text, "file").problems, testing::Not(IsEmpty())) << text;
    }
}

TEST(Scenario, LongTextIsRefused) {
    const auto scenario = parse_scenario(std::string(2 * 1024 * 1024, '#'), "file");

    EXPECT_THAT(scenario.problems, ElementsAre(HasSubstr("longer than 1 MiB")));
}

TEST(Scenario, NoFileIsNoOrders) {
    EXPECT_THAT(load_scenario("").orders, IsEmpty());
    EXPECT_THAT(load_scenario("").problems, IsEmpty());
    EXPECT_THAT(load_scenario("/nowhere").problems, ElementsAre(StartsWith("/nowhere: ")));
}

}  // namespace
}  // namespace twitch_sim
