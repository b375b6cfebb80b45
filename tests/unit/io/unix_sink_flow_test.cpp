#include "sink_world.hpp"

namespace conduitd {
namespace {

using test::ConsumerClient;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UnixSinkFlowTest : public test::SinkWorld {
protected:
    // 12 MB of frames: memory has the last 8 of them.
    static constexpr std::uint64_t records = 20'000;
    void append_more_than_memory_has() { append_batches(200, 100, 450); }

    // Reads until `last` has come; acks each time something has.
    bool read_and_ack(ConsumerClient& client, std::uint64_t last) {
        std::uint64_t acked = 0;
        return await([&] {
            client.read();
            const auto& sequences = client.sequences();
            if (!sequences.empty() && sequences.back() != acked)
                client.ack(acked = sequences.back());
            return acked == last;
        });
    }
};

TEST_F(UnixSinkFlowTest, OneThatDoesNotReadSlowsNobodyAndHoldsBoundedMemory) {
    listen();
    auto slow = come(R"({"consumer":"slow","ack":true})");
    ConsumerClient slow_reader(options.path);
    ConsumerClient slow_tail(options.path);
    slow_tail.say(R"({"hello":{"tail":true}})");
    auto fast = come(bot);
    ASSERT_TRUE(await([&] { return sink->connected().size() == 4; }));

    append_more_than_memory_has();
    ASSERT_TRUE(read_and_ack(fast, records));

    EXPECT_EQ(fast.sequences(), range(1, records));
    // One write, the lines behind it, and what the socket takes.
    constexpr std::uint64_t line_bytes = 600;
    constexpr std::uint64_t sent_max = (2 * Consumer::lines_bytes_max + 512 * 1024) / line_bytes;
    for (const auto& consumer : sink->connected()) {
        if (consumer.name == "bot") continue;
        EXPECT_LT(consumer.records_sent, sent_max) << consumer.name;
    }
    ASSERT_TRUE(await_lines(slow, 1000));
}

TEST_F(UnixSinkFlowTest, OneThatFellBehindMemoryGetsAllFromTheDiskAndThenFromMemory) {
    append_more_than_memory_has();
    ASSERT_EQ(feed->tail().find(1), nullptr);
    listen();
    auto acking = come(bot);
    ConsumerClient reading(options.path);
    ASSERT_TRUE(await_lines(reading, 1));

    append(1000);
    ASSERT_TRUE(read_and_ack(acking, records + 1000));
    ASSERT_TRUE(await_lines(reading, records + 1000));

    EXPECT_EQ(acking.sequences(), range(1, records + 1000));
    EXPECT_EQ(reading.sequences(), range(1, records + 1000));
    EXPECT_TRUE(await([&] { return sink->is_caught_up(); }));
    stop();
    EXPECT_EQ(saved_cursor("bot"), records + 1000);
    EXPECT_EQ(saved_cursor("default"), records + 1000);
}

TEST_F(UnixSinkFlowTest, ReplacementInTheMiddleOfTheStreamLeavesNoHole) {
    append_more_than_memory_has();
    listen();
    auto older = come(bot);
    ASSERT_TRUE(await([&] {
        older.read();
        return older.sequences().size() > 2000;
    }));
    older.ack(1234);
    ASSERT_TRUE(await([&] { return cursor_of("bot") == 1234; }));

    auto newer = come(bot);
    ASSERT_TRUE(await_end(older));
    ASSERT_TRUE(read_and_ack(newer, records));

    EXPECT_THAT(older.last_line(), HasSubstr("conduitd.replaced"));
    EXPECT_EQ(newer.sequences(), range(1235, records));
}

TEST_F(UnixSinkFlowTest, TailThatIsTooSlowSkipsAndIsCounted) {
    listen();
    ConsumerClient tail(options.path);
    tail.say(R"({"hello":{"tail":true}})");
    ASSERT_TRUE(await([&] { return sink->connected().size() == 1; }));

    append_more_than_memory_has();
    append_more_than_memory_has();
    ASSERT_TRUE(await([&] {
        tail.read();
        return !tail.sequences().empty() && tail.sequences().back() == appended;
    }));

    const auto dropped = sink->connected().front().records_dropped;
    EXPECT_GT(dropped, 0U);
    EXPECT_EQ(tail.sequences().size() + dropped, appended);
    EXPECT_THAT(log.lines, Not(testing::Contains(HasSubstr("sent away"))));
}

// The bug: what it missed was counted when it read on, and never when it did not.
TEST_F(UnixSinkFlowTest, TailThatDoesNotReadIsCountedAsDroppingToo) {
    listen();
    ConsumerClient tail(options.path);
    tail.say(R"({"hello":{"tail":true}})");
    ASSERT_TRUE(await([&] { return sink->connected().size() == 1; }));

    append_more_than_memory_has();
    append_more_than_memory_has();

    const auto seen = sink->connected().front();
    EXPECT_GT(seen.records_dropped, 0U);
    EXPECT_LE(seen.records_sent + seen.records_dropped, appended);
}

TEST_F(UnixSinkFlowTest, WindowOfWhatIsNotAckedIsLimited) {
    options.window.records_max = 100;
    append(250);
    listen();
    auto client = come(bot);
    ASSERT_TRUE(await_lines(client, 101));

    EXPECT_EQ(find("bot")->in_flight, 100U);
    client.ack(10);
    ASSERT_TRUE(await_lines(client, 111));

    EXPECT_EQ(client.sequences(), range(1, 110));
    EXPECT_EQ(find("bot")->in_flight, 100U);
}

// What lies in the socket of a reader that dies was not delivered.
TEST_F(UnixSinkFlowTest, ReaderThatDiesLosesNothingThatItHasNotRead) {
    append(5000, "channel.follow", 450);
    listen();
    ConsumerClient first(options.path);
    ASSERT_TRUE(await_lines(first, 100));
    const auto taken = first.sequences().back();
    ASSERT_TRUE(await([&] { return first.has_input(); }));
    first.leave();
    ASSERT_TRUE(await([&] { return sink->connected().empty(); }));

    ConsumerClient second(options.path);
    ASSERT_TRUE(await([&] {
        second.read();
        return !second.sequences().empty() && second.sequences().back() == 5000;
    }));

    EXPECT_LE(second.sequences().front(), taken + 1);
    EXPECT_EQ(second.sequences(), range(second.sequences().front(), 5000));
}

// A socket whose peer is gone looks as if all in it were read.
TEST_F(UnixSinkFlowTest, ReaderThatDiesWhileTheDaemonEndsLosesNothing) {
    append(5000, "channel.follow", 450);
    listen();
    ConsumerClient client(options.path);
    ASSERT_TRUE(await_lines(client, 100));
    const auto taken = client.sequences().back();
    ASSERT_TRUE(await([&] { return client.has_input(); }));

    client.leave();
    stop();

    EXPECT_LE(saved_cursor("default").value_or(UINT64_MAX), taken);
}

TEST_F(UnixSinkFlowTest, ReaderThatTookAllBeforeItLeftGetsNothingTwice) {
    append(5000, "channel.follow", 450);
    listen();
    ConsumerClient first(options.path);
    ASSERT_TRUE(await_lines(first, 5000));
    first.leave();
    ASSERT_TRUE(await([&] { return sink->connected().empty(); }));

    append(1);
    ConsumerClient second(options.path);
    ASSERT_TRUE(await_lines(second, 1));

    EXPECT_EQ(second.sequences(), range(5001, 5001));
}

TEST_F(UnixSinkFlowTest, EndIsAtALinesEndWhereTheSocketHasRoom) {
    append(5000, "channel.follow", 450);
    listen();
    ConsumerClient client(options.path);
    // It reads a little: the socket has room, and nobody was told yet.
    ASSERT_TRUE(await([&] { return sink->lines_written() > 0; }));
    client.read();

    stop();
    client.read();

    EXPECT_TRUE(client.has_ended());
    EXPECT_THAT(client.torn_line(), IsEmpty());
    const auto cursor = saved_cursor("default");
    ASSERT_TRUE(cursor);
    EXPECT_LE(*cursor, client.sequences().back());
}

TEST_F(UnixSinkFlowTest, SequencesOfGapsArePassed) {
    spool_options.bytes_max = 64 * 1024;
    spool_options.segment_bytes = 16 * 1024;
    stop();
    open_spool();
    listen();
    sink->declare({"bot"});
    append_more_than_memory_has();

    auto client = come(bot);
    ASSERT_TRUE(await([&] {
        client.read();
        return !client.sequences().empty() && client.sequences().back() == appended;
    }));

    EXPECT_THAT(client.lines()[1], HasSubstr("conduitd.gap"));
    EXPECT_EQ(client.sequences(), range(client.sequences().front(), appended));
    client.ack(appended);
    EXPECT_TRUE(await([&] { return cursor_of("bot") == appended; }));
}

}  // namespace
}  // namespace conduitd
