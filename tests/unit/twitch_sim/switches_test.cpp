#include "twitch_sim/model/switches.hpp"

#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace twitch_sim {
namespace {

const Switch& named(std::string_view name) {
    const Switch* const found = find_switch(name);
    EXPECT_NE(found, nullptr) << name;
    return *found;
}

TEST(Switches, FirstSideIsTheDefault) {
    for (const Switch& one : all_switches()) {
        if (one.values.empty()) continue;
        EXPECT_EQ(one.show(one, Switches()), one.values.substr(0, one.values.find('|')));
    }
}

TEST(Switches, EverySideCanBeSetAndIsShown) {
    for (const Switch& one : all_switches()) {
        std::string_view left = one.values;
        while (!left.empty()) {
            const auto side = left.substr(0, left.find('|'));
            left.remove_prefix(std::min(left.size(), side.size() + 1));
            Switches switches;

            EXPECT_TRUE(one.set(one, switches, side)) << one.name << ' ' << side;

            EXPECT_EQ(one.show(one, switches), side);
        }
    }
}

TEST(Switches, ReachTheirFields) {
    Switches switches;
    const auto set = [&switches](std::string_view name, std::string_view value) {
        return named(name).set(named(name), switches, value);
    };

    EXPECT_TRUE(set("claim_errors", "null"));
    EXPECT_TRUE(set("ping_payload", "text"));
    EXPECT_TRUE(set("entry_gap", "0.25"));
    EXPECT_TRUE(set("reconnect_after", "1.5"));

    EXPECT_EQ(switches.claim_errors, Switches::ClaimErrors::null);
    EXPECT_EQ(switches.ping_payload, Switches::PingPayload::text);
    EXPECT_EQ(switches.entry_gap, 250ms);
    EXPECT_EQ(switches.reconnect_after, 1500ms);
    EXPECT_TRUE(set("reconnect_after", "0"));
    EXPECT_FALSE(switches.reconnect_after);
}

TEST(Switches, TakeNoOtherValues) {
    Switches switches;
    for (const auto* const value : {"", "twice", "once|none", "Once"}) {
        EXPECT_FALSE(named("resend").set(named("resend"), switches, value)) << value;
    }
    for (const auto* const value : {"", "x", "-1", "61", "nan", "inf", "1s", "0x1"}) {
        EXPECT_FALSE(named("overlap").set(named("overlap"), switches, value)) << value;
    }
    EXPECT_EQ(switches.resend, Switches::Resend::once);
    EXPECT_EQ(switches.overlap, Duration::zero());
    EXPECT_EQ(find_switch("nonsense"), nullptr);
}

TEST(Switches, AreSetTogetherOrNotAtAll) {
    Driver driver;

    const auto refused = driver.sim("/sim/switch", R"({"resend":"none","overlap":99})");
    const auto unchanged = parse(driver.sim("/sim/switch", "{}").body);
    const auto changed =
        parse(driver.sim("/sim/switch", R"({"resend":"none","overlap":0.5})").body);

    EXPECT_EQ(refused.status, 400u);
    EXPECT_EQ(unchanged.at("resend").as_string(), "once");
    EXPECT_EQ(changed.at("resend").as_string(), "none");
    EXPECT_EQ(changed.at("overlap").as_string(), "0.5");
}

}  // namespace
}  // namespace twitch_sim
