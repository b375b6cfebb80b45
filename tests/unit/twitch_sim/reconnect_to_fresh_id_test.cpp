#include "twitch_sim/reconnect_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::MatchesRegex;

ModelOptions with_fresh_ids() {
    auto options = quiet_options();
    options.reconnect_id = ModelOptions::ReconnectId::fresh;
    return options;
}

struct ReconnectToFreshId : Reconnect {
    ReconnectToFreshId() : Reconnect(with_fresh_ids()) {}
};

TEST_F(ReconnectToFreshId, BindingStaysWithOUntilACallMovesIt) {
    const auto n = driver.connect(target);
    driver.sim("/sim/emit", "{}");

    driver.bind(conduit, 0, n);
    driver.sim("/sim/emit", R"({"count":2})");
    driver.close_from_client(o);

    EXPECT_NE(driver.session_id(n), driver.session_id(o));
    EXPECT_EQ(notifications(o), 1u);
    EXPECT_EQ(notifications(n), 2u);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(ReconnectToFreshId, NIsUnderTheTenSecondRule) {
    const auto n = driver.connect(target);

    driver.advance(10s);

    EXPECT_EQ(driver.client(n).close_code, 4003);
}

TEST_F(ReconnectToFreshId, ClosingOWithoutACallLosesTheShard) {
    driver.connect(target);

    driver.close_from_client(o);

    EXPECT_EQ(driver.shard_status(conduit), "websocket_disconnected");
}

}  // namespace
}  // namespace twitch_sim
