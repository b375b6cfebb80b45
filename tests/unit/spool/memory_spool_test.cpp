#include "spool/memory_spool.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(MemorySpool, ReadsInOrderWithSequencesFromOne) {
    MemorySpool spool(1 << 20);

    spool.append("a", {});
    spool.append("b", {});

    ASSERT_NE(spool.peek(), nullptr);
    EXPECT_EQ(spool.peek()->sequence, 1U);
    EXPECT_EQ(spool.peek()->frame, "a");
    spool.advance();
    EXPECT_EQ(spool.peek()->frame, "b");
    spool.advance();
    EXPECT_EQ(spool.peek(), nullptr);
}

TEST(MemorySpool, KeepsWhatIsTakenUntilItIsAcked) {
    MemorySpool spool(1 << 20);
    spool.append("a", {});
    spool.append("b", {});
    spool.advance();

    spool.ack(2);

    EXPECT_EQ(spool.records_unacked(), 1U);
    EXPECT_EQ(spool.peek()->frame, "b");
    spool.advance();
    spool.ack(2);
    EXPECT_EQ(spool.bytes(), 0U);
}

TEST(MemorySpool, DropsTheOldestAtItsBoundAndTellsWhatWent) {
    MemorySpool spool(1000);
    const std::string frame(300, 'x');

    for (int i = 0; i < 5; ++i) spool.append(frame, WallTime(std::chrono::seconds(i)));

    EXPECT_LE(spool.bytes(), 1000U);
    const auto gap = spool.take_gap();
    ASSERT_TRUE(gap);
    EXPECT_EQ(gap->first, 1U);
    EXPECT_EQ(gap->last + 1, spool.peek()->sequence);
    EXPECT_EQ(gap->bytes, 300 * gap->last);
    EXPECT_EQ(gap->until, WallTime(std::chrono::seconds(gap->last - 1)));
    EXPECT_EQ(spool.records_dropped(), gap->last);
    EXPECT_FALSE(spool.take_gap());
}

TEST(MemorySpool, DroppingWhatTheReaderHasIsNoGap) {
    MemorySpool spool(1000);
    const std::string frame(300, 'x');
    spool.append(frame, {});
    spool.append(frame, {});
    spool.advance();
    spool.advance();

    spool.append(frame, {});
    spool.append(frame, {});

    EXPECT_FALSE(spool.take_gap());
    EXPECT_EQ(spool.peek()->sequence, 3U);
}

TEST(MemorySpool, OneRecordAboveTheBoundIsKept) {
    MemorySpool spool(100);

    spool.append(std::string(1000, 'x'), {});

    ASSERT_NE(spool.peek(), nullptr);
    EXPECT_FALSE(spool.take_gap());
}

}  // namespace
}  // namespace conduitd
