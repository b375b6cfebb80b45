#include "sink/consumer_hub.hpp"

#include "sink/samples.hpp"
#include "spool/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr TimePoint start{1h};
constexpr std::uint64_t next = 100;  // the records 1 to 99 are there

class Hub : public testing::Test {
protected:
    ConnectionKey connect(std::string_view line) {
        const auto key = hub.on_connect(start);
        hub.on_line(key, line, next);
        return key;
    }

    // The next action, which has to be one of this kind.
    template <class Wanted>
    Wanted take() {
        auto action = hub.next_action();
        if (!action || !std::holds_alternative<Wanted>(*action)) {
            throw std::runtime_error("another action than the one that was wanted");
        }
        return std::get<Wanted>(*action);
    }

    // Connects a consumer whose cursor is at 40.
    ConnectionKey attach(std::string_view line) {
        const auto key = connect(line);
        hub.on_attached(take<AttachConsumer>(), 40, next);
        return key;
    }

    void feed(ConnectionKey key, std::uint64_t to) {
        Consumer& consumer = *hub.find(key);
        while (consumer.position() <= to) {
            RecordView record;
            record.sequence = consumer.position();
            record.frame = R"({"metadata":{}})";
            consumer.take(record);
        }
    }

    [[nodiscard]] bool has_actions() { return hub.next_action().has_value(); }

    ConsumerHub hub{
        {.consumers_max = 3, .strangers_max = 2, .cursors_max = 8, .spool_uuid = "the-uuid"},
        origin};
};

constexpr auto hello_bot = R"({"hello":{"consumer":"bot","ack":true}})";

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

TEST_F(Hub, SilentConnectionIsTheDefaultConsumer) {
    const auto key = hub.on_connect(start);
    EXPECT_EQ(hub.deadline(), start + 500ms);

    hub.on_deadline(start + 500ms, next);
    const auto asked = take<AttachConsumer>();
    hub.on_attached(asked, 40, next);

    EXPECT_EQ(asked.name, "default");
    EXPECT_EQ(hub.take_lines(key), "");  // it did not say hello
    feed(key, 50);
    const auto lines = hub.take_lines(key);
    hub.on_read(key, lines.size());
    EXPECT_EQ(take<SaveCursor>().acked, 50U);
    EXPECT_EQ(hub.deadline(), never);
}

// The bug: it became the default consumer, and took what was meant for that one.
TEST_F(Hub, WhoHasBegunALineIsNotSilent) {
    const auto slow = hub.on_connect(start);
    const auto endless = hub.on_connect(start);
    hub.on_line_begun(slow);
    hub.on_line_begun(endless);
    hub.on_line_begun(endless);

    hub.on_deadline(start + 500ms, next);
    EXPECT_FALSE(has_actions());
    hub.on_line(slow, hello_bot, next);
    EXPECT_EQ(take<AttachConsumer>().name, "bot");

    EXPECT_EQ(hub.deadline(), start + 5500ms);
    hub.on_deadline(start + 5500ms, next);
    EXPECT_EQ(take<EndConnection>().key, endless);
    EXPECT_THAT(hub.take_lines(endless), HasSubstr("the first line has no end"));
}

TEST_F(Hub, SecondUnnamedConnectionIsATail) {
    attach(R"({"hello":{}})");

    const auto second = hub.on_connect(start);
    hub.on_input_end(second, next);

    ASSERT_NE(hub.find(second), nullptr);
    EXPECT_EQ(hub.find(second)->kind(), ConsumerKind::tail);
    EXPECT_EQ(hub.find(second)->position(), next);
    EXPECT_FALSE(has_actions());
    hub.on_end(second);
    EXPECT_FALSE(has_actions());
}

TEST_F(Hub, NewerConnectionOfANameReplacesTheOlderOne) {
    const auto older = attach(hello_bot);
    feed(older, 50);
    hub.on_line(older, R"({"ack":45})", next);
    (void)take<SaveCursor>();
    (void)hub.take_lines(older);

    const auto newer = connect(hello_bot);

    EXPECT_THAT(hub.take_lines(older), HasSubstr("conduitd.replaced"));
    EXPECT_EQ(take<DetachConsumer>().name, "bot");
    EXPECT_EQ(take<EndConnection>().key, older);
    EXPECT_EQ(take<AttachConsumer>().key, newer);
    hub.on_line(older, R"({"ack":50})", next);  // too late
    hub.on_end(older);
    EXPECT_FALSE(has_actions());
}

TEST_F(Hub, ConnectionThatGoesBeforeItsCursorIsKnownLeavesNothingBehind) {
    const auto gone = connect(hello_bot);
    const auto first = take<AttachConsumer>();
    hub.on_end(gone);
    hub.on_attached(first, 40, next);
    EXPECT_EQ(take<DetachConsumer>().name, "bot");

    connect(hello_bot);
    const auto second = take<AttachConsumer>();
    connect(hello_bot);
    (void)take<EndConnection>();
    const auto third = take<AttachConsumer>();
    hub.on_attached(second, 40, next);
    EXPECT_FALSE(has_actions());  // the third has the name
    hub.on_attached(third, 40, next);
    EXPECT_NE(hub.find(third.key), nullptr);
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

TEST_F(Hub, OneTooManyIsToldSoAndClosed) {
    attach(hello_bot);
    attach(R"({"hello":{"consumer":"other"}})");
    connect(R"({"hello":{"tail":true}})");

    for (const auto* line : {R"({"hello":{"consumer":"third"}})", R"({"hello":{"tail":true}})"}) {
        const auto key = connect(line);
        EXPECT_EQ(take<EndConnection>().key, key) << line;
        EXPECT_THAT(hub.take_lines(key), HasSubstr("3 consumers are connected")) << line;
        hub.on_line(key, hello_bot, next);
        EXPECT_FALSE(has_actions()) << line;
        hub.on_end(key);
    }
}

// A bot is redeployed at the limit as well.
TEST_F(Hub, NewerConnectionOfANameIsNotOneTooMany) {
    const auto older = attach(hello_bot);
    attach(R"({"hello":{"consumer":"other"}})");
    connect(R"({"hello":{"tail":true}})");

    const auto newer = connect(hello_bot);

    (void)take<DetachConsumer>();
    EXPECT_EQ(take<EndConnection>().key, older);
    EXPECT_EQ(take<AttachConsumer>().key, newer);
}

TEST_F(Hub, StrangersHaveALimitOfTheirOwn) {
    for (int i = 0; i < 5; ++i) {
        EXPECT_TRUE(hub.has_room());
        hub.on_connect(start);
    }

    EXPECT_FALSE(hub.has_room());
}

TEST_F(Hub, RefusedByOthersIsToldWhy) {
    const auto key = hub.on_connect(start);

    hub.refuse(key, "not you");
    hub.refuse(key, "and not twice");

    const auto end = take<EndConnection>();
    EXPECT_EQ(end.key, key);
    EXPECT_EQ(end.why, "not you");
    EXPECT_FALSE(has_actions());
    EXPECT_THAT(hub.take_lines(key), HasSubstr(R"("reason":"not you")"));
    EXPECT_EQ(hub.deadline(), never);
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

TEST_F(Hub, CursorThatCannotBeMadeIsSaid) {
    const auto key = connect(hello_bot);

    hub.on_attached(take<AttachConsumer>(), make_error_code(boost::system::errc::io_error), next);

    EXPECT_EQ(take<EndConnection>().key, key);
    EXPECT_THAT(hub.take_lines(key), HasSubstr("there is no cursor for it: Input/output error"));
}

TEST_F(Hub, LimitOfCursorsIsSaidWithWhatHelps) {
    const auto key = connect(hello_bot);

    hub.on_attached(take<AttachConsumer>(), make_error_code(SpoolError::too_many_consumers), next);

    const auto why = take<EndConnection>().why;
    EXPECT_THAT(why, HasSubstr("there is no cursor for it: 8 names have one"));
    EXPECT_THAT(why, HasSubstr("sink.unix.max_consumers"));
    EXPECT_THAT(why, HasSubstr("spool.consumer_ttl"));
    EXPECT_THAT(why, HasSubstr("conduitctl consumers rm"));
    EXPECT_THAT(hub.take_lines(key), HasSubstr(why));
}

// Otherwise the cursor would count as held by somebody, and never expire.
TEST_F(Hub, CursorLeftToOneThatIsRefusedIsGivenBack) {
    connect(hello_bot);
    const auto first = take<AttachConsumer>();
    connect(hello_bot);
    (void)take<EndConnection>();
    const auto second = take<AttachConsumer>();
    hub.on_attached(first, 40, next);
    EXPECT_FALSE(has_actions());

    hub.on_attached(second, make_error_code(boost::system::errc::timed_out), next);

    EXPECT_EQ(take<EndConnection>().key, second.key);
    EXPECT_EQ(take<DetachConsumer>().name, "bot");
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
