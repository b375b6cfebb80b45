#include "twitch_sim/driver.hpp"
#include "twitch_sim/model/frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

using testing::ElementsAre;

struct DeliveryFaults : testing::Test {
    DeliveryFaults() { conduit = driver.make_conduit(1, {socket}); }

    // The ids of the messages that came, in order.
    std::vector<std::string> received(SocketId from) {
        std::vector<std::string> ids;
        for (const auto& text : driver.client(from).texts) {
            if (message_type(text) != "notification") continue;
            ids.emplace_back(parse(text).at_pointer("/metadata/message_id").as_string());
        }
        return ids;
    }
    std::vector<std::string> emit(int count) {
        const auto body = R"({"count":)" + std::to_string(count) + "}";
        const auto answer = parse(driver.sim("/sim/emit", body).body);
        std::vector<std::string> ids;
        for (const auto& id : answer.at("ids").as_array()) ids.emplace_back(id.as_string());
        return ids;
    }

    Driver driver;
    SocketId socket = driver.connect();
    std::string conduit;
};

TEST_F(DeliveryFaults, EverySecondMessageComesTwice) {
    driver.sim("/sim/repeat", R"({"every":2})");

    const auto ids = emit(3);

    EXPECT_THAT(received(socket), ElementsAre(ids[0], ids[1], ids[1], ids[2]));
    EXPECT_EQ(driver.sent_ids(), ids);
}

TEST_F(DeliveryFaults, RepeatComesMinutesLater) {
    driver.sim("/sim/repeat", R"({"every":1,"delay_ms":600000})");
    const auto ids = emit(1);

    driver.advance(10min - 1ms);
    EXPECT_EQ(received(socket).size(), 1u);
    driver.advance(1ms);

    EXPECT_THAT(received(socket), ElementsAre(ids[0], ids[0]));
}

TEST_F(DeliveryFaults, LateRepeatFollowsTheShard) {
    driver.sim("/sim/repeat", R"({"every":1,"delay_ms":1000})");
    const auto ids = emit(1);
    const auto other = driver.connect();
    driver.bind(conduit, 0, other);

    driver.advance(1s);

    EXPECT_EQ(received(socket), ids);
    EXPECT_EQ(received(other), ids);
}

TEST_F(DeliveryFaults, LateRepeatWithoutAShardIsDropped) {
    driver.sim("/sim/repeat", R"({"every":1,"delay_ms":1000})");
    emit(1);
    driver.close_from_client(socket);

    driver.advance(1s);

    EXPECT_EQ(driver.ledger().at("duplicates").to_number<int>(), 1);
    EXPECT_EQ(driver.ledger().at("queued").to_number<int>(), 0);
}

TEST_F(DeliveryFaults, RepeatOnBothReachesTheConnectionThatTheShardLeft) {
    const auto ids = emit(1);
    const auto other = driver.connect();
    driver.bind(conduit, 0, other);

    driver.sim("/sim/emit", R"({"duplicate_of":")" + ids[0] + R"(","where":"both"})");

    EXPECT_THAT(received(socket), ElementsAre(ids[0], ids[0]));
    EXPECT_EQ(received(other), ids);
}

TEST_F(DeliveryFaults, MessagesAreReversed) {
    driver.sim("/sim/reorder", R"({"count":3})");

    const auto ids = emit(4);

    EXPECT_THAT(received(socket), ElementsAre(ids[2], ids[1], ids[0], ids[3]));
}

TEST_F(DeliveryFaults, WhatIsHeldBackGoesOutBeforeAClose) {
    driver.sim("/sim/reorder", R"({"count":9})");
    const auto ids = emit(2);

    driver.sim("/sim/close", "{}");

    EXPECT_THAT(received(socket), ElementsAre(ids[1], ids[0]));
}

TEST_F(DeliveryFaults, WhatIsHeldBackIsLostWithItsSocket) {
    driver.sim("/sim/reorder", R"({"count":9})");
    emit(2);

    driver.gone(socket);

    EXPECT_EQ(driver.ledger().at("lost").to_number<int>(), 2);
    EXPECT_EQ(driver.ledger().at("queued").to_number<int>(), 0);
}

TEST_F(DeliveryFaults, LossWithoutFinIsNoticedAMinuteLater) {
    driver.model.on_lost(socket, driver.now);
    emit(1);

    driver.advance(59s);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
    driver.advance(1s);

    EXPECT_EQ(driver.shard_status(conduit), "websocket_disconnected");
    EXPECT_EQ(driver.ledger().at("lost").to_number<int>(), 1);
    EXPECT_TRUE(driver.state().at("sessions").as_array().empty());
}

TEST_F(DeliveryFaults, ReconnectSavesASessionWhoseLossIsNotNoticed) {
    driver.sim("/sim/reconnect", "{}");
    const auto url = std::string(
        parse(driver.last_text(socket)).at_pointer("/payload/session/reconnect_url").as_string());
    driver.model.on_lost(socket, driver.now);

    const auto n = driver.connect(url.substr(url.find("/cell")));
    driver.advance(2min);

    EXPECT_EQ(driver.shard_status(conduit), "enabled");
    EXPECT_EQ(message_type(driver.client(n).texts.at(0)), "session_welcome");
}

TEST_F(DeliveryFaults, ConduitIsGoneAfterThreeDaysWithoutAShard) {
    driver.advance(100h);
    EXPECT_EQ(driver.shard_status(conduit), "enabled");
    driver.close_from_client(socket);

    driver.advance(71h + 59min);
    EXPECT_EQ(driver.shard_status(conduit), "websocket_disconnected");
    driver.advance(1min);

    EXPECT_EQ(driver.helix("GET", "/helix/eventsub/conduits/shards?conduit_id=" + conduit).status,
              404u);
}

TEST_F(DeliveryFaults, BindingInTimeSavesTheConduit) {
    driver.close_from_client(socket);
    driver.advance(71h);
    driver.bind(conduit, 0, driver.connect());

    driver.advance(72h);

    EXPECT_EQ(driver.shard_status(conduit), "enabled");
}

TEST(WireSpelling, PlainCharactersStandForTheirEscapesAlone) {
    EXPECT_EQ(with_plain_characters(R"("a \u0026 \u003cb\u003e \\u0026 \" \n é\u00e9")"),
              R"("a & <b> \\u0026 \" \n é\u00e9")");
    EXPECT_EQ(with_plain_characters("\\"), "\\");
    EXPECT_EQ(with_plain_characters(""), "");
}

}  // namespace
}  // namespace twitch_sim
