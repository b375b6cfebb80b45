#include "twitch_sim/driver.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::MatchesRegex;

TEST(Session, WelcomeIsTheFirstFrameAsOnTheWire) {
    Driver driver;
    driver.advance(412345670ns);

    const auto socket = driver.connect();

    const auto& texts = driver.client(socket).texts;
    ASSERT_EQ(texts.size(), 1u);
    EXPECT_THAT(
        texts[0],
        MatchesRegex(
            R"(\{"metadata":\{"message_id":"[0-9a-f]+-[0-9a-f]+-4[0-9a-f]+-[89ab][0-9a-f]+-[0-9a-f]+",)"
            R"("message_type":"session_welcome","message_timestamp":"2026-03-04T05:20:00.41234567Z"\},)"
            R"("payload":\{"session":\{"id":"AgoQ[-_A-Za-z0-9]+IGY2VsbC1[hij]","status":"connected",)"
            R"("connected_at":"2026-03-04T05:20:00.41234567Z","keepalive_timeout_seconds":10,)"
            R"("reconnect_url":null,"recovery_url":null\}\}\})"));
    EXPECT_EQ(driver.session_id(socket).size(), 36u);
}

TEST(Session, KeepaliveTimeoutIsClamped) {
    Driver driver;
    const std::vector<std::pair<std::string, int>> cases = {
        {"", 10},    {"30", 30},   {"9", 10},
        {"-5", 10},  {"601", 600}, {"99999999999999999999", 600},
        {"abc", 10}, {"1e2", 10},  {"12.5", 10}};

    for (const auto& asked : cases) {
        const auto socket = driver.connect("/ws?keepalive_timeout_seconds=" + asked.first);
        const auto welcome = parse(driver.client(socket).texts.at(0));

        EXPECT_EQ(welcome.at_pointer("/payload/session/keepalive_timeout_seconds").to_number<int>(),
                  asked.second)
            << asked.first;
    }
}

TEST(Session, UpgradeElsewhereIsNotFound) {
    Driver driver;

    const auto opened = driver.model.on_upgrade({"/socket", "ws://127.0.0.1"}, driver.now);

    EXPECT_EQ(std::get<HttpAnswer>(opened).status, 404u);
}

TEST(Session, UnusedOneIsClosedAfterTenSeconds) {
    Driver driver;
    const auto socket = driver.connect("/ws?keepalive_timeout_seconds=600");

    driver.advance(9999ms);
    EXPECT_FALSE(driver.client(socket).close_code);
    driver.advance(1ms);

    EXPECT_EQ(driver.client(socket).close_code, 4003);
    EXPECT_EQ(driver.client(socket).close_reason, "connection unused");
}

TEST(Session, BindingStopsTheUnusedTimer) {
    Driver driver;
    const auto socket = driver.connect();
    driver.advance(9s);

    const auto conduit = driver.make_conduit(1, {socket});
    driver.advance(1h);

    EXPECT_FALSE(driver.client(socket).close_code);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST(Session, RefusedBindingDoesNotStopTheUnusedTimer) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {});

    driver.bind(conduit, 5, socket);
    driver.advance(10s);

    EXPECT_EQ(driver.client(socket).close_code, 4003);
}

TEST(Session, KeepalivesComeWhenNothingElseDoes) {
    Driver driver;
    const auto socket = driver.connect("/ws?keepalive_timeout_seconds=20");
    driver.make_conduit(1, {socket});

    driver.advance(15s);
    driver.sim("/sim/emit", "{}");
    driver.advance(19s);
    EXPECT_EQ(message_type(driver.last_text(socket)), "notification");
    driver.advance(1s);

    EXPECT_EQ(message_type(driver.last_text(socket)), "session_keepalive");
    EXPECT_THAT(driver.last_text(socket), testing::EndsWith(R"("},"payload":{}})"));
    driver.advance(20s);
    EXPECT_EQ(driver.client(socket).texts.size(), 1u + 1u + 2u);
}

TEST(Session, PingsDoNotPostponeKeepalivesAndCarryPayloadEveryOtherTime) {
    auto options = quiet_options();
    options.ping_period = 4s;
    Driver driver(options);
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});

    driver.advance(10s);

    EXPECT_EQ(driver.client(socket).pings, (std::vector<std::string>{"", "ping 2"}));
    EXPECT_EQ(message_type(driver.last_text(socket)), "session_keepalive");
}

TEST(Session, MissingPongsCloseIt) {
    auto options = quiet_options();
    options.ping_period = 5s;
    Driver driver(options);
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});
    driver.answers_pings = false;

    driver.advance(14999ms);
    EXPECT_FALSE(driver.client(socket).close_code);
    driver.advance(1ms);

    EXPECT_EQ(driver.client(socket).close_code, 4002);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_failed_ping_pong");
}

TEST(Session, UnsolicitedPongAndClientPingAreTolerated) {
    Driver driver;
    const auto socket = driver.connect();

    driver.model.on_pong(socket, "hello", driver.now);
    driver.model.on_ping(socket, driver.now);
    driver.take_outputs();

    EXPECT_FALSE(driver.client(socket).close_code);
}

TEST(Session, DataFromTheClientClosesIt) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});

    driver.model.on_data_frame(socket, driver.now);
    driver.model.on_data_frame(socket, driver.now);
    driver.take_outputs();

    EXPECT_EQ(driver.client(socket).close_code, 4001);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_received_inbound_traffic");
}

TEST(Session, StalledWritesCloseIt) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});

    driver.model.on_write_stalled(socket, driver.now);
    driver.take_outputs();

    EXPECT_EQ(driver.client(socket).close_code, 4005);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_network_timeout");
}

TEST(Session, CloseThatTakesTooLongEndsInAReset) {
    Driver driver;
    driver.ends_sockets = false;
    const auto socket = driver.connect();

    driver.advance(14s);
    EXPECT_FALSE(driver.client(socket).was_reset);
    driver.advance(1s);

    EXPECT_TRUE(driver.client(socket).was_reset);
    driver.gone(socket);
    EXPECT_TRUE(driver.state().at("sessions").as_array().empty());
}

TEST(Session, OrderedCloseCodesSetTheStatusOfTheShard) {
    const std::vector<std::pair<int, std::string>> cases = {
        {4000, "websocket_internal_error"},      {4001, "websocket_received_inbound_traffic"},
        {4002, "websocket_failed_ping_pong"},    {4003, "websocket_disconnected"},
        {4004, "websocket_failed_to_reconnect"}, {4005, "websocket_network_timeout"},
        {4006, "websocket_network_error"},       {4007, "websocket_disconnected"},
        {1000, "websocket_disconnected"},        {1001, "websocket_disconnected"},
        {1011, "websocket_internal_error"},      {1012, "websocket_internal_error"}};

    for (const auto& order : cases) {
        Driver driver;
        const auto socket = driver.connect();
        const auto conduit = driver.make_conduit(1, {socket});
        driver.sim("/sim/close", R"({"code":)" + std::to_string(order.first) + R"(,"reason":"r"})");

        EXPECT_EQ(driver.client(socket).close_code, order.first);
        EXPECT_EQ(driver.client(socket).close_reason, "r");
        EXPECT_EQ(driver.shard_status(conduit), order.second) << order.first;
    }
}

TEST(Session, OrderedResetDisconnectsTheShard) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});

    driver.sim("/sim/close", R"({"how":"reset"})");

    EXPECT_TRUE(driver.client(socket).was_reset);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_disconnected");
}

TEST(Session, FrozenOneIsNoticedByMissingPongs) {
    auto options = quiet_options();
    options.ping_period = 5s;
    Driver driver(options);
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});

    driver.sim("/sim/close", R"({"how":"freeze"})");
    driver.sim("/sim/emit", R"({"count":2})");
    driver.advance(14s);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
    driver.advance(1s);

    EXPECT_TRUE(driver.client(socket).is_frozen);
    EXPECT_TRUE(driver.client(socket).was_reset);
    EXPECT_EQ(driver.client(socket).texts.size(), 1u);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_failed_ping_pong");
    EXPECT_EQ(driver.ledger().at("lost").to_number<int>(), 2);
}

TEST(Session, MutedOneSendsNoKeepalivesButMessages) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    driver.sim("/sim/mute", "{}");

    driver.sim("/sim/emit", "{}");
    driver.advance(60s);

    ASSERT_EQ(driver.client(socket).texts.size(), 2u);
    EXPECT_EQ(message_type(driver.last_text(socket)), "notification");
    EXPECT_EQ(driver.ledger().at("sent").to_number<int>(), 1);
}

TEST(Session, MutingEnds) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    driver.sim("/sim/mute", "{}");

    driver.sim("/sim/mute", R"({"on":false})");
    driver.advance(10s);

    EXPECT_EQ(message_type(driver.last_text(socket)), "session_keepalive");
}

TEST(Session, StalledOneIsOpenAndSilent) {
    auto options = quiet_options();
    options.ping_period = 5s;
    Driver driver(options);
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(1, {socket});

    driver.sim("/sim/stall", R"({"session":")" + driver.session_id(socket) + R"("})");
    driver.sim("/sim/emit", "{}");
    driver.advance(60s);

    EXPECT_EQ(driver.client(socket).texts.size(), 1u);
    EXPECT_EQ(driver.client(socket).pings.size(), 12u);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
    EXPECT_EQ(driver.ledger().at_pointer("/entries/0/reason").as_string(), "socket stalled");
}

TEST(Session, OrdersToUnknownSessionsAndMalformedOrdersAreRefused) {
    Driver driver;

    EXPECT_EQ(driver.sim("/sim/close", R"({"session":"none"})").status, 404u);
    EXPECT_EQ(driver.sim("/sim/mute", R"({"session":"none"})").status, 404u);
    EXPECT_EQ(driver.sim("/sim/reconnect", R"({"session":"none"})").status, 404u);
    EXPECT_EQ(driver.sim("/sim/close", R"({"code":1006})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/close", R"({"code":"x"})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/close", R"({"how":"gently"})").status, 400u);
    EXPECT_EQ(driver.sim("/sim/close", "nonsense").status, 400u);
    EXPECT_EQ(driver.sim("/sim/none", "{}").status, 404u);
    EXPECT_EQ(driver.http({"GET", "/sim/close", {}, ""}).status, 405u);
}

TEST(Session, SeveralShardsEndWithTheirSession) {
    Driver driver;
    const auto socket = driver.connect();
    const auto conduit = driver.make_conduit(3, {socket, socket, socket});

    driver.gone(socket);

    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(driver.shard_status(conduit, i), "websocket_disconnected");
    }
}

TEST(Session, StateListsSocketsAndTheirEnds) {
    Driver driver;
    const auto socket = driver.connect();
    driver.make_conduit(1, {socket});
    driver.close_from_client(driver.connect());

    const auto state = driver.state();

    ASSERT_EQ(state.at("sessions").as_array().size(), 1u);
    EXPECT_EQ(state.at_pointer("/sessions/0/id").as_string(), driver.session_id(socket));
    EXPECT_TRUE(state.at_pointer("/sessions/0/bound").as_bool());
    EXPECT_EQ(state.at_pointer("/ended/0/by").as_string(), "client");
    EXPECT_EQ(state.at_pointer("/ended/0/code").to_number<int>(), 1000);
    EXPECT_EQ(state.at("calls").at("POST /helix/eventsub/conduits").to_number<int>(), 1);
    EXPECT_EQ(state.at_pointer("/requests/0/method").as_string(), "POST");
    EXPECT_EQ(state.at_pointer("/requests/0/status").to_number<int>(), 200);
}

}  // namespace
}  // namespace twitch_sim
