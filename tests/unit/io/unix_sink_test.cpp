#include "io/unix_sink.hpp"

#include "sink_world.hpp"

#include <unistd.h>

namespace conduitd {
namespace {

using test::ConsumerClient;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class UnixSinkTest : public test::SinkWorld {};

TEST_F(UnixSinkTest, PlainReaderGetsAllThatIsThereAndWhatComes) {
    append(3);
    listen();
    ConsumerClient client(options.path);

    ASSERT_TRUE(await_lines(client, 3));
    append(1);
    ASSERT_TRUE(await_lines(client, 4));

    EXPECT_EQ(client.sequences(), range(1, 4));
    EXPECT_THAT(client.lines()[0], AllOf(HasSubstr(R"("conduit_id":"conduit-1","shard_id":"3")"),
                                         HasSubstr(R"("payload":{"n":1,"text":"x"})")));
    ASSERT_TRUE(await([&] { return cursor_of("default") == 4; }));
    EXPECT_TRUE(sink->is_caught_up());
    EXPECT_EQ(sink->lines_written(), 4U);
    stop();
    EXPECT_EQ(saved_cursor("default"), 4U);
}

TEST_F(UnixSinkTest, ConnectionIsLoggedWithWhoItIs) {
    listen();

    const auto client = come(bot);

    EXPECT_THAT(log.lines, Contains(fmt::format("consumer connected consumer=bot kind=acks "
                                                "cursor=0 uid={} pid={}",
                                                ::getuid(), ::getpid())));
    ASSERT_NE(find("bot"), nullptr);
    EXPECT_EQ(find("bot")->peer->uid, ::getuid());
}

TEST_F(UnixSinkTest, OnlyAcksMoveTheCursorOfOneThatAcks) {
    append(5);
    listen();
    auto client = come(bot);
    ASSERT_TRUE(await_lines(client, 6));

    client.ack(3);
    ASSERT_TRUE(await([&] { return cursor_of("bot") == 3; }));

    EXPECT_FALSE(sink->is_caught_up());
    EXPECT_EQ(find("bot")->in_flight, 2U);
    stop();
    EXPECT_EQ(saved_cursor("bot"), 3U);
}

TEST_F(UnixSinkTest, ConsumerThatComesBackGoesOnBehindItsLastAck) {
    append(5);
    listen();
    auto first = come(bot);
    ASSERT_TRUE(await_lines(first, 6));
    first.ack(3);
    first.leave();  // the ack counts, though nobody waits for it
    ASSERT_TRUE(await([&] {
        return sink->connected().empty() && !log.lines.empty() &&
               log.lines.back().starts_with("consumer disconnected");
    }));

    auto second = come(bot);
    ASSERT_TRUE(await_lines(second, 3));
    EXPECT_EQ(second.sequences(), range(4, 5));

    stop();
    open_spool();
    listen();
    auto third = come(bot);
    ASSERT_TRUE(await_lines(third, 3));
    EXPECT_EQ(third.sequences(), range(4, 5));
}

TEST_F(UnixSinkTest, AckThatIsStillInTheSocketCountsAtTheEnd) {
    append(5);
    listen();
    auto client = come(bot);
    ASSERT_TRUE(await_lines(client, 6));

    client.ack(5);
    stop();

    EXPECT_EQ(saved_cursor("bot"), 5U);
}

TEST_F(UnixSinkTest, NewerConnectionReplacesTheOlderOne) {
    append(5);
    listen();
    auto older = come(bot);
    ASSERT_TRUE(await_lines(older, 6));
    older.ack(2);
    ASSERT_TRUE(await([&] { return cursor_of("bot") == 2; }));

    auto newer = come(bot);
    ASSERT_TRUE(await_end(older));
    append(1);
    ASSERT_TRUE(await_lines(newer, 5));

    EXPECT_THAT(older.last_line(), HasSubstr("conduitd.replaced"));
    EXPECT_EQ(newer.sequences(), range(3, 6));
    EXPECT_EQ(sink->connected().size(), 1U);
}

TEST_F(UnixSinkTest, SecondUnnamedConnectionIsATailThatTakesNothing) {
    append(2);
    listen();
    ConsumerClient first(options.path);
    ASSERT_TRUE(await_lines(first, 2));

    ConsumerClient second(options.path);
    ASSERT_TRUE(await([&] { return sink->connected().size() == 2; }));
    append(1);
    ASSERT_TRUE(await_lines(first, 3));
    ASSERT_TRUE(await_lines(second, 1));

    EXPECT_EQ(first.sequences(), range(1, 3));
    EXPECT_EQ(second.sequences(), range(3, 3));
}

// The name must be free again, though there was nothing to write that would have failed.
TEST_F(UnixSinkTest, ReaderThatLeavesMakesRoomForTheNext) {
    append(1);
    listen();
    ConsumerClient first(options.path);
    ASSERT_TRUE(await_lines(first, 1));
    ASSERT_TRUE(await([&] { return cursor_of("default") == 1; }));

    first.leave();
    ASSERT_TRUE(await([&] { return sink->connected().empty(); }));
    ConsumerClient second(options.path);
    append(1);
    ASSERT_TRUE(await_lines(second, 1));

    EXPECT_EQ(second.sequences(), range(2, 2));
    EXPECT_NE(find("default"), nullptr);
}

// As `nc -U path </dev/null` may do.
TEST_F(UnixSinkTest, ReaderThatHasNothingToSayGoesOnReading) {
    listen();
    ConsumerClient client(options.path);
    client.close_input();

    append(2);
    ASSERT_TRUE(await_lines(client, 2));
    EXPECT_EQ(client.sequences(), range(1, 2));
    ASSERT_TRUE(await([&] { return cursor_of("default") == 2; }));

    client.leave();
    EXPECT_TRUE(await([&] { return sink->connected().empty(); }));
}

// One that looks whether somebody listens must not take a name for that.
TEST_F(UnixSinkTest, ConnectionThatGoesAtOnceIsNobody) {
    listen();

    ConsumerClient(options.path).leave();
    auto client = come(bot);

    EXPECT_EQ(sink->connected().size(), 1U);
    EXPECT_TRUE(await([&] { return sink->is_caught_up(); }));
    stop();
    EXPECT_FALSE(saved_cursor("default"));
}

TEST_F(UnixSinkTest, AckAboveWhatWasSentClosesTheConsumerAndMovesNothing) {
    append(2);
    listen();
    auto client = come(bot);
    ASSERT_TRUE(await_lines(client, 3));

    client.ack(3);
    ASSERT_TRUE(await_end(client));

    EXPECT_THAT(client.last_line(), HasSubstr("ack 3 is above 2"));
    EXPECT_THAT(log.lines.back(), HasSubstr("consumer sent away consumer=bot reason=ack 3"));
    stop();
    EXPECT_EQ(saved_cursor("bot"), 0U);
}

// What it says meanwhile, more than is read at once, must not reset the connection under its last
// line.
TEST_F(UnixSinkTest, LastLineComesThroughToOneThatKeepsTalking) {
    listen();
    ConsumerClient client(options.path);
    ASSERT_TRUE(client.say_bytes("nonsense\n" + std::string(100 * 1024, 'x')));

    ASSERT_TRUE(await_lines(client, 1));
    client.say("and more");
    client.close_input();
    ASSERT_TRUE(await_end(client));

    EXPECT_THAT(client.last_line(), HasSubstr("conduitd.error"));
}

// Nor does it have to hang up by itself.
TEST_F(UnixSinkTest, OneThatIsSentAwayAndStaysIsCutOff) {
    listen();
    ConsumerClient client(options.path);
    client.say("nonsense");
    ASSERT_TRUE(await_end(client));

    EXPECT_TRUE(await([&] { return !client.say_bytes("still here\n"); }));
}

TEST_F(UnixSinkTest, DeclaredConsumerHasACursorBeforeItComes) {
    listen();
    sink->declare({"bot"});
    append(2);

    auto client = come(R"({"consumer":"bot","ack":true,"from":"newest"})");
    ASSERT_TRUE(await_lines(client, 3));

    EXPECT_EQ(client.sequences(), range(1, 2));
    stop();
    EXPECT_EQ(saved_cursor("bot"), 0U);
}

TEST_F(UnixSinkTest, LineToAllReachesThoseWhoAreConnected) {
    listen();
    auto client = come(bot);

    sink->tell("{\"load\":1}\n");
    ASSERT_TRUE(await_lines(client, 2));

    EXPECT_EQ(client.last_line(), R"({"load":1})");
}

TEST_F(UnixSinkTest, EndTakesTheSocketAndTheConnections) {
    listen();
    auto client = come(bot);

    stop();
    client.read();

    EXPECT_TRUE(client.has_ended());
    EXPECT_FALSE(ConsumerClient(options.path).is_connected());
}

}  // namespace
}  // namespace conduitd
