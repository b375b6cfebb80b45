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

class UnixSinkHelloTest : public test::SinkWorld {};

TEST_F(UnixSinkHelloTest, HelloIsAnsweredWithTheSpoolAndTheNextSequence) {
    append(2);
    listen();

    auto client = come(bot);
    ASSERT_TRUE(await_lines(client, 3));

    EXPECT_EQ(client.lines()[0],
              R"({"hello":{"spool":"ab020300-0000-0000-0000-000000000000","next":3,"version":1}})");
    EXPECT_EQ(client.sequences(), range(1, 2));
}

TEST_F(UnixSinkHelloTest, AfterIsAnAckAndFromNewestSkipsWhatIsThere) {
    append(5);
    listen();

    auto after = come(R"({"consumer":"after","ack":true,"after":3})");
    auto newest = come(R"({"consumer":"newest","ack":true,"from":"newest"})");
    append(1);
    ASSERT_TRUE(await_lines(after, 4));
    ASSERT_TRUE(await_lines(newest, 2));

    EXPECT_EQ(after.sequences(), range(4, 6));
    EXPECT_EQ(newest.sequences(), range(6, 6));
    stop();
    EXPECT_EQ(saved_cursor("after"), 3U);
    EXPECT_EQ(saved_cursor("newest"), 5U);
}

TEST_F(UnixSinkHelloTest, TypesAndFormatAreTheConsumersChoice) {
    append(1, "channel.follow");
    append(1, "channel.cheer");
    append(1, "channel.follow");
    listen();

    auto filtered = come(R"({"consumer":"a","ack":true,"types":["channel.cheer"]})");
    auto raw = come(R"({"consumer":"b","format":"raw"})");
    ASSERT_TRUE(await_lines(filtered, 2));
    ASSERT_TRUE(await_lines(raw, 4));

    EXPECT_EQ(filtered.sequences(), range(2, 2));
    EXPECT_EQ(raw.lines()[1], frame(1, "channel.follow", 1));
    filtered.ack(2);
    ASSERT_TRUE(await([&] { return cursor_of("a") == 3; }));
}

// Nothing is ever sent that could be acked, and yet the disk must not keep all of it.
TEST_F(UnixSinkHelloTest, CursorPassesWhatTheFilterLeavesOut) {
    append(3);
    listen();

    auto client = come(R"({"consumer":"a","ack":true,"types":["channel.cheer"]})");
    ASSERT_TRUE(await([&] { return cursor_of("a") == 3; }));

    EXPECT_THAT(client.sequences(), IsEmpty());
    stop();
    EXPECT_EQ(saved_cursor("a"), 3U);
}

TEST_F(UnixSinkHelloTest, HelloWithoutALineBreakCountsAtTheEndOfInput) {
    listen();
    ConsumerClient client(options.path);
    client.say_bytes(R"({"hello":{"consumer":"bot"}})");
    client.close_input();

    ASSERT_TRUE(await_lines(client, 1));
    EXPECT_NE(find("bot"), nullptr);
}

TEST_F(UnixSinkHelloTest, HelloThatComesInPiecesIsWaitedFor) {
    append(1);
    listen();
    ConsumerClient slow(options.path);
    slow.say_bytes(R"({"hello":{"consu)");
    ConsumerClient silent(options.path);

    // Who is silent for as long is somebody by now.
    ASSERT_TRUE(await_lines(silent, 1));
    slow.say(R"(mer":"bot"}})");
    ASSERT_TRUE(await_lines(slow, 2));

    EXPECT_THAT(slow.lines()[0], HasSubstr(R"({"hello":)"));
    EXPECT_NE(find("bot"), nullptr);
    EXPECT_NE(find("default"), nullptr);
}

TEST_F(UnixSinkHelloTest, BadLineClosesThatConsumerAlone) {
    append(2);
    listen();
    auto good = come(bot);
    const std::vector<std::pair<std::string, std::string>> bad{
        {"nonsense\n", "not one line of JSON"},
        {R"({"ack":1})"
         "\n",
         "comes after a hello"},
        {std::string(consumer_line_bytes_max, ' ') + "1", "too long"},
        {R"({"hello":{"consumer":"other","ack":true}})"
         "\n"
         R"({"hello":{}})"
         "\n",
         "hello is the first line"},
    };
    for (const auto& [bytes, why] : bad) {
        ConsumerClient client(options.path);
        ASSERT_TRUE(client.say_bytes(bytes)) << why;

        ASSERT_TRUE(await_end(client)) << why;
        EXPECT_THAT(client.last_line(), AllOf(HasSubstr("conduitd.error"), HasSubstr(why)));
    }

    good.ack(2);
    EXPECT_TRUE(await([&] { return cursor_of("bot") == 2; }));
}

}  // namespace
}  // namespace conduitd
