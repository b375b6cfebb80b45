#include "twitch_sim/model/ledger.hpp"

#include "twitch_sim/driver.hpp"

#include <gtest/gtest.h>

namespace twitch_sim {
namespace {

Ledger::Message message(std::uint8_t number) {
    Ledger::Message out;
    out.id.fill(number);
    out.type = "stream.online";
    out.conduit_id = "conduit";
    out.session_id = "session";
    out.shard_id = 3;
    return out;
}

// The two sessions of a shard that moves are written to side by side.
TEST(Ledger, SentIdsComeInTheOrderQueuedWhateverIsWrittenFirst) {
    Ledger ledger;
    const auto first = ledger.add(message(1));
    const auto second = ledger.add(message(2));
    const auto third = ledger.add(message(3));

    for (const auto index : {third, second, first}) ledger.on_queued(index);
    ledger.on_sent(first);
    ledger.on_lost(second, LossReason::socket_ended);
    ledger.on_sent(third);

    EXPECT_EQ(ledger.sent_ids(), to_text(message(3).id) + "\n" + to_text(message(1).id) + "\n");
    EXPECT_EQ(ledger.totals().sent, 2u);
    EXPECT_EQ(ledger.totals().lost, 1u);
    EXPECT_EQ(ledger.totals().queued, 0u);
}

TEST(Ledger, ForgetsTheOldestAndGoesOnCounting) {
    Ledger ledger(2);
    const auto first = ledger.add(message(1));
    const auto second = ledger.add(message(2));
    ledger.on_queued(first);
    ledger.on_queued(second);
    ledger.on_sent(second);

    const auto third = ledger.add(message(3));
    ledger.on_queued(third);
    ledger.on_sent(first);
    ledger.on_sent(third);
    ledger.add(message(4));

    EXPECT_EQ(ledger.totals().sent, 3u);
    EXPECT_EQ(ledger.totals().forgotten, 2u);
    EXPECT_EQ(ledger.sent_ids(), to_text(message(3).id) + "\n");
}

TEST(Ledger, TellsEachEntry) {
    Ledger ledger;
    ledger.on_sent(ledger.add(message(0)));
    auto dropped = message(1);
    dropped.session_id = "";
    dropped.shard_id.reset();
    ledger.on_dropped(ledger.add(dropped), LossReason::no_shard_enabled);

    const auto told = parse(ledger.to_json());

    EXPECT_EQ(json::serialize(told.at("entries").as_array().at(0)),
              R"({"id":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","type":"stream.online",)"
              R"("conduit":"conduit","session":"session","shard":"3","state":"sent","reason":"",)"
              R"("duplicate":false,"time":"1970-01-01T00:00:00Z"})");
    EXPECT_EQ(told.at_pointer("/entries/1/state").as_string(), "dropped");
    EXPECT_EQ(told.at("dropped").to_number<int>(), 1);
}

}  // namespace
}  // namespace twitch_sim
