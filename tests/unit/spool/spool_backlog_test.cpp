#include "spool/spool_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using SpoolBacklogTest = SpoolTest;

TEST_F(SpoolBacklogTest, WithoutConsumersNobodyIsBehind) {
    open();
    append({"a"});

    EXPECT_FALSE(spool->largest_backlog(now.wall));
}

TEST_F(SpoolBacklogTest, SlowestConsumerCountsWhetherItIsThereOrNot) {
    open();
    append({"a", "b", "c"});
    for (const auto* const name : {"fast", "slow", "middle"}) {
        ASSERT_TRUE(spool->attach(name, {}, now));
    }
    ASSERT_FALSE(spool->ack("fast", 3, now));
    ASSERT_FALSE(spool->ack("slow", 1, now));
    ASSERT_FALSE(spool->ack("middle", 2, now));
    spool->detach("slow", now);

    const auto backlog = spool->largest_backlog(now.wall);

    ASSERT_TRUE(backlog);
    EXPECT_EQ(backlog->consumer, "slow");
    EXPECT_EQ(backlog->next, 2U);
    EXPECT_GE(backlog->bytes, 2 * (record_head_bytes + 1));
    EXPECT_LE(backlog->bytes, spool->status().bytes);
}

TEST_F(SpoolBacklogTest, ConsumerThatHasAllIsBehindByNothing) {
    open();
    append({"a", "b"});
    ASSERT_TRUE(spool->attach("bot", {}, now));
    ASSERT_FALSE(spool->ack("bot", 2, now));

    const auto backlog = spool->largest_backlog(now.wall);

    ASSERT_TRUE(backlog);
    EXPECT_EQ(backlog->next, 3U);
    EXPECT_EQ(backlog->bytes, 0U);
}

TEST_F(SpoolBacklogTest, BytesAreThoseOfTheSegmentsBehindTheCursor) {
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    for (int i = 0; i < 40; ++i) append({std::string(100, 'x')});
    ASSERT_GT(segments().size(), 3U);

    ASSERT_FALSE(spool->ack("bot", 30, now));

    const auto backlog = spool->largest_backlog(now.wall);
    EXPECT_EQ(backlog->next, 31U);
    EXPECT_GE(backlog->bytes, 10 * (record_head_bytes + 100));
    EXPECT_LE(backlog->bytes, 14 * (record_head_bytes + 100));
}

// Numbers jump to the next block after a kill: what lies between was never a record.
TEST_F(SpoolBacklogTest, NextIsARecordThatIsThere) {
    open();
    append({"a"});
    ASSERT_TRUE(spool->attach("bot", {}, now));
    ASSERT_FALSE(spool->ack("bot", 1, now));
    ASSERT_FALSE(spool->close(now));
    reopen();
    reopen();

    append({"b"});

    const auto sequences = read_all(*spool, 2).sequences;
    ASSERT_EQ(sequences.size(), 1U);
    EXPECT_GT(sequences[0], 2U);
    EXPECT_EQ(spool->largest_backlog(now.wall)->next, sequences[0]);
}

// The bug: all that waited in memory counted, acked or not.
TEST_F(SpoolBacklogTest, WhatAFullDiskDoesNotTakeCountsAsFarAsItIsNotAcked) {
    options.sync = SyncPolicy::interval;
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    disk->bytes_max = 0;
    for (int i = 0; i < 10; ++i) append({std::string(100, 'x'), std::string(100, 'y')});

    ASSERT_FALSE(spool->ack("bot", 17, now));

    const auto backlog = spool->largest_backlog(now.wall);
    EXPECT_EQ(backlog->next, 18U);
    EXPECT_EQ(backlog->bytes, 3 * (record_head_bytes + 100));
    EXPECT_EQ(spool->status(now.wall).waiting.bytes, backlog->bytes);
}

TEST_F(SpoolBacklogTest, ConsumerThatHoldsNoSegmentDoesNotCount) {
    open();
    append({"a"});
    ASSERT_TRUE(spool->attach("gone", {}, now));
    spool->detach("gone", now);

    pass(options.consumer_ttl + std::chrono::hours(1));

    EXPECT_FALSE(spool->largest_backlog(now.wall));
}

}  // namespace
}  // namespace conduitd::test
