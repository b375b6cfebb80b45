#include "sink/ack_window.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(AckWindow, AckIsCumulative) {
    AckWindow window(10, {});
    for (std::uint64_t sequence = 11; sequence <= 15; ++sequence)
        window.on_sent(sequence, (sequence - 10) * 100);

    EXPECT_TRUE(window.on_ack(13));

    EXPECT_EQ(window.cursor(), 13U);
    EXPECT_EQ(window.records(), 2U);
    EXPECT_EQ(window.bytes(), 200U);
}

TEST(AckWindow, AckOfWhatWasNotSentIsAnError) {
    AckWindow window(10, {});
    window.on_sent(11, 1);

    EXPECT_FALSE(window.on_ack(12));

    EXPECT_EQ(window.cursor(), 10U);
    EXPECT_EQ(window.records(), 1U);
}

TEST(AckWindow, OldAckChangesNothing) {
    AckWindow window(10, {});
    window.on_sent(11, 1);
    EXPECT_TRUE(window.on_ack(11));

    EXPECT_TRUE(window.on_ack(3));

    EXPECT_EQ(window.cursor(), 11U);
}

TEST(AckWindow, CursorPassesWhatTheFilterLeavesOutOnceAllBeforeItIsAcked) {
    AckWindow window(0, {});
    window.on_skipped(1);
    EXPECT_EQ(window.cursor(), 1U);
    window.on_sent(2, 1);
    window.on_skipped(3);
    window.on_sent(4, 1);
    window.on_skipped(5);
    EXPECT_EQ(window.cursor(), 1U);

    EXPECT_TRUE(window.on_ack(2));
    EXPECT_EQ(window.cursor(), 3U);
    EXPECT_TRUE(window.on_ack(4));

    EXPECT_EQ(window.cursor(), 5U);
}

TEST(AckWindow, RoomIsBoundedByRecordsAndBytes) {
    AckWindow by_records(0, {.records_max = 2, .bytes_max = 1000});
    by_records.on_sent(1, 1);
    EXPECT_TRUE(by_records.has_room());
    by_records.on_sent(2, 2);
    EXPECT_FALSE(by_records.has_room());

    AckWindow by_bytes(0, {.records_max = 100, .bytes_max = 1000});
    by_bytes.on_sent(1, 5000);  // one record always may be sent
    EXPECT_FALSE(by_bytes.has_room());
    EXPECT_TRUE(by_bytes.on_ack(1));
    EXPECT_TRUE(by_bytes.has_room());
}

TEST(AckWindow, WhatWasReadNeedsNoAck) {
    AckWindow window(0, {});
    window.on_sent(1, 10);
    window.on_skipped(2);

    window.on_read(9);
    EXPECT_EQ(window.cursor(), 0U);
    window.on_read(10);

    EXPECT_EQ(window.cursor(), 2U);
    EXPECT_EQ(window.records(), 0U);
}

}  // namespace
}  // namespace conduitd
