#include "sink/consumer.hpp"

#include "sink/samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace conduitd {
namespace {

using testing::HasSubstr;

std::string frame_of(std::string_view type) {
    return R"({"metadata":{"message_id":"1","message_type":"notification","subscription_type":")" +
           std::string(type) + R"("},"payload":{}})";
}

RecordView record_of(std::uint64_t sequence, std::string_view frame) {
    RecordView record;
    record.sequence = sequence;
    record.frame = frame;
    return record;
}

Consumer make_consumer(ConsumerKind kind, std::vector<std::string> types = {},
                       AckWindowLimits window = {}) {
    return Consumer(
        {.kind = kind, .name = "bot", .cursor = 10, .types = std::move(types), .window = window},
        origin);
}

void take(Consumer& consumer, std::uint64_t from, std::uint64_t to,
          const std::string& frame = frame_of("channel.follow")) {
    for (auto sequence = from; sequence <= to; ++sequence) {
        consumer.take(record_of(sequence, frame));
    }
}

TEST(Consumer, BeginsBehindItsCursorAndGoesOnInOrder) {
    auto consumer = make_consumer(ConsumerKind::acking);
    EXPECT_EQ(consumer.position(), 11U);

    take(consumer, 11, 12);

    EXPECT_EQ(consumer.position(), 13U);
    EXPECT_THAT(consumer.lines(), HasSubstr("{\"seq\":11,"));
    EXPECT_THAT(consumer.lines(), HasSubstr("\n{\"seq\":12,"));
    EXPECT_EQ(consumer.cursor(), 10U);
}

TEST(Consumer, AckMovesTheCursorAndMakesRoom) {
    auto consumer = make_consumer(ConsumerKind::acking, {}, {.records_max = 2});
    take(consumer, 11, 12);
    EXPECT_FALSE(consumer.has_room());

    EXPECT_EQ(consumer.on_ack(11), "");

    EXPECT_TRUE(consumer.has_room());
    EXPECT_EQ(consumer.cursor(), 11U);
}

TEST(Consumer, AckAboveWhatWasSentIsAnError) {
    auto consumer = make_consumer(ConsumerKind::acking);
    take(consumer, 11, 11);

    EXPECT_EQ(consumer.on_ack(12), "ack 12 is above 11, the last seq that was sent");

    EXPECT_EQ(consumer.cursor(), 10U);
}

TEST(Consumer, AckOfOneThatAgreedOnNoneIsAnError) {
    auto consumer = make_consumer(ConsumerKind::reading);
    take(consumer, 11, 11);

    EXPECT_THAT(consumer.on_ack(11), HasSubstr("acks were not agreed on"));
}

TEST(Consumer, WhatWasReadWholeCountsAsDelivered) {
    auto consumer = make_consumer(ConsumerKind::reading);
    take(consumer, 11, 12);
    const auto both = consumer.take_lines();
    take(consumer, 13, 13);

    consumer.on_read(both.find('\n'));  // but for the line break
    EXPECT_EQ(consumer.cursor(), 10U);
    consumer.on_read(both.find('\n') + 1);
    EXPECT_EQ(consumer.cursor(), 11U);
    consumer.on_read(consumer.bytes_taken());

    EXPECT_EQ(consumer.cursor(), 12U);
}

TEST(Consumer, LinesOfItsOwnCountAmongWhatWasRead) {
    auto consumer = make_consumer(ConsumerKind::reading);
    consumer.lines() += "a line of 20 bytes.\n";
    take(consumer, 11, 11);
    const auto size = consumer.take_lines().size();

    consumer.on_read(size - 1);
    EXPECT_EQ(consumer.cursor(), 10U);
    consumer.on_read(size);

    EXPECT_EQ(consumer.cursor(), 11U);
}

TEST(Consumer, ReadingOneIsBoundedLikeOneThatAcks) {
    auto consumer = make_consumer(ConsumerKind::reading, {}, {.records_max = 2});
    take(consumer, 11, 12);
    (void)consumer.take_lines();
    EXPECT_FALSE(consumer.has_room());

    consumer.on_read(consumer.bytes_taken());

    EXPECT_TRUE(consumer.has_room());
}

TEST(Consumer, ReadingTheSocketIsNoAckWhereAcksWereAgreedOn) {
    auto consumer = make_consumer(ConsumerKind::acking);
    take(consumer, 11, 12);
    (void)consumer.take_lines();

    consumer.on_read(consumer.bytes_taken());

    EXPECT_EQ(consumer.cursor(), 10U);
}

TEST(Consumer, FilterLeavesOutAndTheCursorPasses) {
    auto consumer = make_consumer(ConsumerKind::acking, {"channel.follow"});
    take(consumer, 11, 12, frame_of("stream.online"));
    EXPECT_EQ(consumer.lines(), "");
    EXPECT_EQ(consumer.cursor(), 12U);
    take(consumer, 13, 13);
    take(consumer, 14, 14, frame_of("stream.online"));

    EXPECT_EQ(consumer.on_ack(13), "");

    EXPECT_EQ(consumer.cursor(), 14U);
    EXPECT_EQ(consumer.records_sent(), 1U);
}

TEST(Consumer, GapIsToldInItsPlaceAndGoneWithTheNextAck) {
    auto consumer = make_consumer(ConsumerKind::acking);
    SpoolGap gap;
    gap.first = 11;
    gap.last = 20;

    consumer.take(gap);
    take(consumer, 21, 21);

    const auto at = consumer.lines().find("conduitd.gap");
    ASSERT_NE(at, std::string::npos);
    EXPECT_LT(at, consumer.lines().find("\"seq\":21"));
    EXPECT_EQ(consumer.cursor(), 10U);  // who comes again before it is acked is told again
    EXPECT_EQ(consumer.on_ack(21), "");
    EXPECT_EQ(consumer.cursor(), 21U);
}

TEST(Consumer, TailThatIsTooSlowDropsAndCounts) {
    auto consumer = make_consumer(ConsumerKind::tail);
    consumer.lines() = std::string(Consumer::lines_bytes_max, 'x');
    EXPECT_FALSE(consumer.has_room());

    consumer.skip_to(15);
    consumer.lines().clear();
    take(consumer, 15, 15);

    EXPECT_EQ(consumer.records_dropped(), 4U);
    EXPECT_THAT(consumer.lines(), HasSubstr("\"seq\":15"));
}

TEST(Consumer, LinesThatNobodyTakesAreBounded) {
    auto consumer = make_consumer(ConsumerKind::acking);
    const auto frame = R"({"a":")" + std::string(100'000, 'x') + R"("})";

    std::uint64_t sequence = 11;
    while (consumer.has_room()) consumer.take(record_of(sequence++, frame));

    EXPECT_LE(consumer.lines().size(), Consumer::lines_bytes_max + frame.size() + 200);
}

}  // namespace
}  // namespace conduitd
