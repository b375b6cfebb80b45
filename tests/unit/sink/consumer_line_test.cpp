#include "sink/consumer_line.hpp"

#include "sink/samples.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(ConsumerLine, AnswerToAHello) {
    std::string out;

    append_hello_line(out, "00010203-0405-0607-0809-0a0b0c0d0e0f", 1042);

    EXPECT_EQ(
        out, R"({"hello":{"spool":"00010203-0405-0607-0809-0a0b0c0d0e0f","next":1042,"version":1}})"
             "\n");
}

TEST(ConsumerLine, ErrorIsOneLineWhateverItQuotes) {
    std::string out;

    append_error_line(out, origin, "no \"such\"\nthing");

    EXPECT_EQ(
        out,
        R"({"conduit_id":"conduit-1","shard_id":"3","metadata":{"message_type":"conduitd.error"},)"
        R"("payload":{"reason":"no \"such\"\nthing"}})"
        "\n");
}

TEST(ConsumerLine, ReplacedNamesTheConsumer) {
    std::string out;

    append_replaced_line(out, origin, "bot");

    EXPECT_EQ(
        out,
        R"({"conduit_id":"conduit-1","shard_id":"3","metadata":{"message_type":"conduitd.replaced"},)"
        R"("payload":{"consumer":"bot"}})"
        "\n");
}

}  // namespace
}  // namespace conduitd
