#include "twitch_sim/reconnect_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::MatchesRegex;

TEST_F(Reconnect, OrderHasTheShapeOfTheRealOne) {
    EXPECT_THAT(
        driver.last_text(o),
        MatchesRegex(
            R"(.*"message_type":"session_reconnect",.*"payload":\{"session":\{"id":"AgoQ.*",)"
            R"("status":"reconnecting","connected_at":".*","keepalive_timeout_seconds":null,)"
            R"("reconnect_url":"ws://127.0.0.1:7000/cell-a/ws\?challenge=[-0-9a-f]+\\u0026id=AgoQ.*"\}\}\})"));
}

TEST_F(Reconnect, EventsMoveOnceTheWelcomeIsWritten) {
    driver.confirms_writes = false;
    const auto n = driver.connect(target);
    driver.sim("/sim/emit", R"({"count":2})");
    EXPECT_EQ(notifications(o), 2u);
    EXPECT_EQ(notifications(n), 0u);

    driver.write(n);
    driver.sim("/sim/emit", R"({"count":3})");

    EXPECT_EQ(driver.session_id(n), driver.session_id(o));
    EXPECT_EQ(notifications(o), 2u);
    EXPECT_EQ(notifications(n), 3u);
}

TEST_F(Reconnect, ClosingOAfterwardsLeavesTheShardEnabled) {
    const auto n = driver.connect(target);

    driver.close_from_client(o);
    driver.sim("/sim/emit", "{}");
    driver.advance(60s);

    EXPECT_EQ(driver.shard_status(conduit), "enabled");
    EXPECT_EQ(notifications(n), 1u);
    EXPECT_FALSE(driver.client(n).close_code);
}

TEST_F(Reconnect, ClientMayBeHeardBeforeTheWelcomeIsConfirmed) {
    driver.confirms_writes = false;
    const auto n = driver.connect(target);

    driver.close_from_client(o);
    driver.write(n);

    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(Reconnect, ClosingOBeforeNConnectsBreaksIt) {
    driver.close_from_client(o);

    const auto n = driver.connect(target);

    EXPECT_TRUE(driver.client(n).texts.empty());
    EXPECT_EQ(driver.client(n).close_code, 4007);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_disconnected");
}

TEST_F(Reconnect, ClosingOBeforeNIsWelcomedBreaksIt) {
    driver.sim("/sim/fault", R"({"match":"welcome","delay_ms":2000})");
    const auto n = driver.connect(target);
    driver.advance(1s);

    driver.close_from_client(o);

    EXPECT_EQ(driver.client(n).close_code, 4007);
    EXPECT_TRUE(driver.client(n).texts.empty());
}

TEST_F(Reconnect, ChallengeWorksOnce) {
    driver.connect(target);

    const auto again = driver.connect(target);

    EXPECT_EQ(driver.client(again).close_code, 4007);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(Reconnect, WrongChallengeOrIdIsRefused) {
    const auto wrong = driver.connect("/cell-a/ws?challenge=guess&id=" + driver.session_id(o));
    const auto nameless = driver.connect(target.substr(0, target.find('&')));

    EXPECT_EQ(driver.client(wrong).close_code, 4007);
    EXPECT_EQ(driver.client(nameless).close_code, 4007);
    EXPECT_FALSE(driver.client(o).close_code);
}

TEST_F(Reconnect, GraceWithoutNEndsInFailedToReconnect) {
    driver.advance(29999ms);
    EXPECT_FALSE(driver.client(o).close_code);
    driver.advance(1ms);

    EXPECT_EQ(driver.client(o).close_code, 4004);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_failed_to_reconnect");
    EXPECT_EQ(driver.client(driver.connect(target)).close_code, 4007);
}

TEST_F(Reconnect, LateCloseOfOIsHarmlessWhenNIsUp) {
    const auto n = driver.connect(target);

    driver.advance(30s);

    EXPECT_EQ(driver.client(o).close_code, 4004);
    EXPECT_FALSE(driver.client(n).close_code);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(Reconnect, NIsNotUnderTheTenSecondRuleAndKeepsTheKeepalive) {
    const auto n = driver.connect(target);
    driver.close_from_client(o);

    driver.advance(10s);

    EXPECT_EQ(message_type(driver.last_text(n)), "session_keepalive");
}

TEST_F(Reconnect, WelcomeDelayedBeyondTheGraceEndsBoth) {
    driver.sim("/sim/fault", R"({"match":"welcome","delay_ms":31000})");
    const auto n = driver.connect(target);

    driver.advance(31s);

    EXPECT_EQ(driver.client(o).close_code, 4004);
    EXPECT_EQ(driver.client(n).close_code, 4007);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_failed_to_reconnect");
}

TEST_F(Reconnect, LosingNBeforeItsWelcomeIsWrittenLeavesOInCharge) {
    driver.confirms_writes = false;
    const auto n = driver.connect(target);

    driver.gone(n);
    driver.sim("/sim/emit", "{}");

    EXPECT_EQ(notifications(o), 1u);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(Reconnect, NewerOrderWinsWhileNIsNotUp) {
    driver.advance(20s);
    driver.sim("/sim/reconnect", "{}");
    const auto newer = reconnect_target(driver.last_text(o));
    driver.advance(9s);

    const auto late = driver.connect(target);
    const auto n = driver.connect(newer);

    EXPECT_NE(newer, target);
    EXPECT_EQ(driver.client(late).close_code, 4007);
    EXPECT_EQ(message_type(driver.last_text(n)), "session_welcome");
}

// The grace once began anew with each order.
TEST_F(Reconnect, NewerOrderGivesNoMoreTime) {
    driver.advance(20s);
    driver.sim("/sim/reconnect", "{}");

    driver.advance(10s);

    EXPECT_EQ(driver.client(o).close_code, 4004);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_failed_to_reconnect");
}

TEST_F(Reconnect, MovesInARowAreOrderedAsSoonAsNHasTakenOver) {
    const auto first = driver.connect();
    driver.bind(conduit, 0, first);
    driver.sim("/sim/reconnect", R"({"shard":0,"moves":2})");

    const auto second = driver.connect(reconnect_target(driver.last_text(first)));
    const auto third = driver.connect(reconnect_target(driver.last_text(second)));
    driver.close_from_client(first);
    driver.close_from_client(second);
    driver.sim("/sim/emit", "{}");

    EXPECT_EQ(driver.client(second).texts.size(), 2u);
    EXPECT_EQ(driver.client(third).texts.size(), 2u);
    EXPECT_EQ(notifications(third), 1u);
}

TEST_F(Reconnect, ThoseForNAloneLeaveFreshSocketsAlone) {
    driver.sim("/sim/fault", R"({"match":"upgrade/reconnect","status":503})");

    const auto fresh = driver.connect();
    const auto refused = driver.model.on_upgrade({target, "ws://x"}, driver.now);
    const auto n = driver.connect(target);

    EXPECT_EQ(message_type(driver.last_text(fresh)), "session_welcome");
    EXPECT_EQ(std::get<HttpAnswer>(refused).status, 503u);
    EXPECT_EQ(message_type(driver.last_text(n)), "session_welcome");
}

TEST_F(Reconnect, NDroppedRightAfterItsWelcomeTakesTheSessionWithIt) {
    driver.sim("/sim/fault", R"({"match":"welcome/reconnect","drop":"after"})");

    const auto n = driver.connect(target);

    EXPECT_EQ(message_type(driver.last_text(n)), "session_welcome");
    EXPECT_TRUE(driver.client(n).was_reset);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_disconnected");
    EXPECT_FALSE(driver.client(o).close_code);
    driver.advance(30s);
    EXPECT_EQ(driver.client(o).close_code, 4004);
}

TEST_F(Reconnect, OverlapLeavesEventsOnOForAWhile) {
    driver.sim("/sim/switch", R"({"overlap":2})");
    const auto n = driver.connect(target);

    driver.sim("/sim/emit", "{}");
    driver.advance(2s);
    driver.sim("/sim/emit", "{}");

    EXPECT_EQ(notifications(o), 1u);
    EXPECT_EQ(notifications(n), 1u);
}

TEST_F(Reconnect, OverlapEndsWithO) {
    driver.sim("/sim/switch", R"({"overlap":2})");
    const auto n = driver.connect(target);

    driver.close_from_client(o);
    driver.sim("/sim/emit", "{}");

    EXPECT_EQ(notifications(n), 1u);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(Reconnect, UrlWithoutAPathIsAccepted) {
    driver.sim("/sim/switch", R"({"reconnect_path":"none","escapes":"plain"})");
    driver.sim("/sim/reconnect", "{}");
    const auto frame = driver.last_text(o);
    const auto url =
        std::string(parse(frame).at_pointer("/payload/session/reconnect_url").as_string());

    const auto n = driver.connect("/" + url.substr(url.find('?')));

    EXPECT_THAT(url, testing::StartsWith("ws://127.0.0.1:7000?challenge="));
    EXPECT_THAT(frame, testing::HasSubstr("&id="));
    EXPECT_EQ(message_type(driver.last_text(n)), "session_welcome");
}

TEST_F(Reconnect, NewCycleStartsOnN) {
    const auto n = driver.connect(target);
    driver.close_from_client(o);

    driver.sim("/sim/reconnect", "{}");
    const auto third = driver.connect(reconnect_target(driver.last_text(n)));
    driver.close_from_client(n);
    driver.sim("/sim/emit", "{}");

    EXPECT_EQ(notifications(third), 1u);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST_F(Reconnect, OrderedUrlIsSentAsGiven) {
    driver.sim("/sim/reconnect", R"({"url":"wss://evil.example/ws?a=1&b=<2>"})");

    EXPECT_THAT(
        driver.last_text(o),
        testing::HasSubstr(R"("reconnect_url":"wss://evil.example/ws?a=1\u0026b=\u003c2\u003e")"));
}

TEST(TimedReconnect, ComesAfterEachWelcome) {
    auto options = quiet_options();
    options.reconnect_after = 5s;
    Driver driver(options);
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});

    driver.advance(5s);

    EXPECT_EQ(message_type(driver.last_text(socket)), "session_reconnect");
    const auto next = driver.connect(Reconnect::reconnect_target(driver.last_text(socket)));
    driver.close_from_client(socket);
    driver.advance(5s);
    EXPECT_EQ(message_type(driver.last_text(next)), "session_reconnect");
}

}  // namespace
}  // namespace twitch_sim
