// What a consumer that is let in is sent, and what its acks do.

#include "sink/hub_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd {
namespace {

using testing::HasSubstr;

TEST_F(Hub, NamedConsumerGoesOnAtItsCursor) {
    const auto key = connect(hello_bot);

    const auto asked = take<AttachConsumer>();
    EXPECT_EQ(asked.name, "bot");
    EXPECT_FALSE(asked.acked_if_new);
    EXPECT_EQ(hub.find(key), nullptr);
    hub.on_attached(asked, 40, next);

    ASSERT_NE(hub.find(key), nullptr);
    EXPECT_EQ(hub.find(key)->position(), 41U);
    EXPECT_EQ(hub.take_lines(key), R"({"hello":{"spool":"the-uuid","next":100,"version":1}})"
                                   "\n");
    EXPECT_FALSE(has_actions());
}

TEST_F(Hub, AckIsSaved) {
    const auto key = attach(hello_bot);
    feed(key, 50);

    hub.on_line(key, R"({"ack":45})", next);

    const auto saved = take<SaveCursor>();
    EXPECT_EQ(saved.name, "bot");
    EXPECT_EQ(saved.acked, 45U);
    hub.on_line(key, R"({"ack":45})", next);
    EXPECT_FALSE(has_actions());
}

// The bug: whether a hello and an ack in one packet were refused was a matter of timing.
TEST_F(Hub, AckThatComesWithTheHelloIsOneLikeAnyOther) {
    const auto key = connect(hello_bot);
    hub.on_line(key, R"({"ack":40})", next);
    hub.on_line(key, R"({"ack":7})", next);

    hub.on_attached(take<AttachConsumer>(), 40, next);

    EXPECT_EQ(hub.find(key)->position(), 41U);
    EXPECT_FALSE(has_actions());
}

TEST_F(Hub, AckThatComesWithTheHelloAndIsAboveTheCursorIsRefused) {
    const auto key = connect(hello_bot);
    hub.on_line(key, R"({"ack":41})", next);

    hub.on_attached(take<AttachConsumer>(), 40, next);

    EXPECT_EQ(take<DetachConsumer>().name, "bot");
    EXPECT_EQ(take<EndConnection>().key, key);
    EXPECT_THAT(hub.take_lines(key), HasSubstr("ack 41 is above 40"));
}

TEST_F(Hub, AfterCountsAsAnAckAndNeverGoesBack) {
    const auto later = attach(R"({"hello":{"consumer":"bot","ack":true,"after":60}})");
    EXPECT_EQ(hub.find(later)->position(), 61U);
    EXPECT_EQ(take<SaveCursor>().acked, 60U);

    const auto earlier = attach(R"({"hello":{"consumer":"other","ack":true,"after":7}})");
    EXPECT_EQ(hub.find(earlier)->position(), 41U);
    EXPECT_FALSE(has_actions());
}

TEST_F(Hub, AfterOfAnotherSpoolIsRefused) {
    const auto key = connect(R"({"hello":{"consumer":"bot","after":100}})");

    EXPECT_EQ(take<EndConnection>().key, key);
    EXPECT_THAT(hub.take_lines(key), HasSubstr("is it of another spool?"));
}

TEST_F(Hub, NewConsumerBeginsWhereItSays) {
    connect(R"({"hello":{"consumer":"a","from":"newest"}})");
    EXPECT_EQ(take<AttachConsumer>().acked_if_new, 99U);

    connect(R"({"hello":{"consumer":"b","after":5}})");
    EXPECT_EQ(take<AttachConsumer>().acked_if_new, 5U);
}

TEST_F(Hub, ConnectionThatEndsLeavesItsCursor) {
    const auto key = attach(hello_bot);
    feed(key, 50);
    hub.on_line(key, R"({"ack":50})", next);
    (void)take<SaveCursor>();

    hub.on_end(key);

    EXPECT_EQ(take<DetachConsumer>().name, "bot");
    EXPECT_EQ(hub.connections(), 0U);
}

TEST_F(Hub, BadLineEndsThatConnectionAlone) {
    const auto good = attach(hello_bot);
    for (const auto* line : {"nonsense", R"({"ack":5})", R"({"ack":"five"})"}) {
        const auto bad = connect(line);
        EXPECT_EQ(take<EndConnection>().key, bad) << line;
        EXPECT_THAT(hub.take_lines(bad), HasSubstr("conduitd.error")) << line;
        hub.on_end(bad);
    }

    hub.on_line(good, hello_bot, next);  // a second hello
    EXPECT_EQ(take<DetachConsumer>().name, "bot");
    EXPECT_EQ(take<EndConnection>().key, good);
}

TEST_F(Hub, AckOfWhatWasNotSentEndsTheConnectionAndMovesNoCursor) {
    const auto key = attach(hello_bot);
    feed(key, 50);

    hub.on_line(key, R"({"ack":51})", next);

    EXPECT_EQ(take<DetachConsumer>().name, "bot");
    EXPECT_EQ(take<EndConnection>().key, key);
    EXPECT_THAT(hub.take_lines(key), HasSubstr("ack 51 is above 50"));
}

// What the filter leaves out is never acked, and yet the disk must not keep it.
TEST_F(Hub, CursorOfWhatIsLeftOutIsSaved) {
    const auto key = attach(R"({"hello":{"consumer":"bot","ack":true,"types":["a"]}})");
    RecordView record;
    record.sequence = 41;
    record.frame =
        R"({"metadata":{"message_id":"1","message_type":"notification","subscription_type":"b"},)"
        R"("payload":{}})";
    hub.find(key)->take(record);

    hub.on_fed(key);

    EXPECT_EQ(take<SaveCursor>().acked, 41U);
}

// Whoever comes next gets it again, and the last lines need not wait for a slow reader.
TEST_F(Hub, LinesThatNobodyTookAreDroppedAtTheEnd) {
    const auto older = attach(hello_bot);
    (void)hub.take_lines(older);
    feed(older, 50);

    const auto newer = connect(hello_bot);

    const auto lines = hub.take_lines(older);
    EXPECT_TRUE(lines.starts_with(R"({"conduit_id")")) << lines;
    EXPECT_THAT(lines, HasSubstr("conduitd.replaced"));
    (void)take<DetachConsumer>();
    (void)take<EndConnection>();
    hub.on_attached(take<AttachConsumer>(), 40, next);
    EXPECT_EQ(hub.find(newer)->position(), 41U);
}

// Raw lines have no seq: a consumer that acks could not ack one of them.
TEST_F(Hub, OneThatAcksGetsAnnotatedLinesWhateverIsConfigured) {
    ConsumerHub raw_hub({.format = LineFormat::raw}, origin);
    const auto ask = [&raw_hub](std::string_view hello) {
        const auto key = raw_hub.on_connect(start);
        raw_hub.on_line(key, hello, next);
        raw_hub.on_attached(std::get<AttachConsumer>(*raw_hub.next_action()), 40, next);
        (void)raw_hub.take_lines(key);
        RecordView record;
        record.sequence = 41;
        record.frame = R"({"metadata":{}})";
        raw_hub.find(key)->take(record);
        return raw_hub.take_lines(key);
    };

    EXPECT_TRUE(ask(hello_bot).starts_with(R"({"seq":41,)"));
    EXPECT_EQ(ask(R"({"hello":{"consumer":"other"}})"), "{\"metadata\":{}}\n");
}

TEST_F(Hub, TellsEverybodyThatIsFed) {
    const auto bot = attach(R"({"hello":{"consumer":"bot","ack":true,"types":["a.type"]}})");
    const auto tail = connect(R"({"hello":{"tail":true}})");
    const auto greeting = hub.on_connect(start);

    hub.tell_all("{1}\n");

    EXPECT_TRUE(hub.find(bot)->lines().ends_with("}\n{1}\n"));
    EXPECT_TRUE(hub.find(tail)->lines().ends_with("}\n{1}\n"));
    EXPECT_EQ(hub.take_lines(greeting), "");
}

TEST_F(Hub, WhoDoesNotReadIsToldNoMore) {
    const auto key = attach(hello_bot);

    for (std::size_t bytes = 0; bytes < 2 * Consumer::lines_bytes_max; bytes += 1000) {
        hub.tell_all(std::string(999, 'x') + "\n");
    }

    EXPECT_LT(hub.find(key)->lines().size(), Consumer::lines_bytes_max + 1000);
    EXPECT_TRUE(hub.find(key)->lines().ends_with("x\n"));
}

}  // namespace
}  // namespace conduitd
