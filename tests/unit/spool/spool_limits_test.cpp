// What goes at the bounds on bytes and age.

#include "spool/spool_limits_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(SpoolLimitsTest, AtTheBoundTheOldestSegmentGoesAndIsTold) {
    options.bytes_max = 2000;
    open_for({"slow"});
    const auto start = now.wall;
    for (int i = 0; i < 5; ++i) {
        append_many(5);
        pass(std::chrono::seconds(1));
    }

    const auto all = read_all(*spool, 3);

    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::full);
    EXPECT_EQ(all.gaps[0].first, 3U);
    EXPECT_EQ(all.gaps[0].last, 10U);
    EXPECT_EQ(all.gaps[0].bytes, 10 * (100 - record_head_bytes));
    EXPECT_EQ(all.gaps[0].since, start);
    EXPECT_EQ(all.gaps[0].until, start + std::chrono::seconds(1));
    EXPECT_EQ(all.sequences.front(), 11U);
    EXPECT_LE(spool->status().bytes, options.bytes_max);
    EXPECT_EQ(spool->status().records_lost, 10U);
    EXPECT_TRUE(complaints.has("the spool is full"));
    EXPECT_TRUE(complaints.has(" not_acked_by=slow connected=true"));
}

TEST_F(SpoolLimitsTest, AtTheBoundAConnectedConsumerIsAWarningAndOneThatIsAwayAnError) {
    options.bytes_max = 2000;
    open_for({"away", "here"});

    append_many(20);
    spool->detach("away", now);
    append_many(5);

    EXPECT_THAT(complaints.lines, ElementsAre(HasSubstr("not_acked_by=away connected=true"),
                                              HasSubstr("not_acked_by=away connected=false")));
    EXPECT_THAT(complaints.levels, ElementsAre(LogLevel::warn, LogLevel::error));
}

TEST_F(SpoolLimitsTest, WhatWentIsToldAfterARestartToo) {
    options.bytes_max = 2000;
    open_for({"slow"});
    append_many(25);
    const auto before = read_all(*spool, 1);

    reopen();

    const auto after = read_all(*spool, 1);
    ASSERT_EQ(after.gaps.size(), 1U);
    EXPECT_EQ(after.gaps[0].reason, SpoolGapReason::full);
    EXPECT_EQ(after.gaps[0].last, before.gaps[0].last);
    EXPECT_EQ(after.gaps[0].bytes, before.gaps[0].bytes);
    EXPECT_EQ(after.sequences, before.sequences);
}

TEST_F(SpoolLimitsTest, RestartsOfAFullSpoolCostNoRecord) {
    options.bytes_max = 2000;
    open_for({"slow"});
    append_many(18);
    const auto before = oldest();

    for (int i = 0; i < 10; ++i) reopen();

    EXPECT_EQ(oldest(), before);
}

TEST_F(SpoolLimitsTest, WhatEveryConsumerHasIsNoLoss) {
    options.bytes_max = 2000;
    open_for({"fast"});

    for (int i = 1; i <= 40; ++i) {
        append_many(1);
        ack("fast", static_cast<std::uint64_t>(i));
    }

    EXPECT_EQ(spool->status().records_lost, 0U);
    EXPECT_THAT(complaints.lines, IsEmpty());
    EXPECT_FALSE(disk->has("losses"));
}

// The bug: each record that came was one more reason to say so, and to count what was in it.
TEST_F(SpoolLimitsTest, ASegmentThatCannotBeRemovedIsSaidAndCountedOnce) {
    options.bytes_max = 2000;
    open_for({"slow"});
    disk->fault_for = [](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (operation.kind != SimulatedDisk::Operation::Kind::remove) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::permission_denied)};
    };

    append_many(25);

    EXPECT_THAT(complaints.lines, ElementsAre(HasSubstr("the spool is full"),
                                              HasSubstr("a segment cannot be removed")));
    EXPECT_EQ(spool->status().records_lost, 5U);
    disk->fault_for = nullptr;
    append_many(1);
    EXPECT_EQ(spool->status().records_lost, 10U);
    EXPECT_EQ(oldest(), 11U);
}

// The bug: a consumer that acked in the end had them counted as lost for good.
TEST_F(SpoolLimitsTest, WhatIsAckedAfterItWentIsNoLoss) {
    options.bytes_max = 2000;
    open_for({"slow"});
    append_many(25);
    EXPECT_EQ(spool->status().records_lost, 10U);

    ack("slow", 9);
    EXPECT_EQ(spool->status().records_lost, 5U);
    ack("slow", 25);

    EXPECT_EQ(spool->status().records_lost, 0U);
}

TEST_F(SpoolLimitsTest, WhatSomebodyWasToldToBeGoneStaysLost) {
    options.bytes_max = 2000;
    open_for({"slow"});
    append_many(25);
    ReadPosition position(7);
    ASSERT_EQ(spool->read(position, 1).gap->last, 10U);

    ack("slow", 25);

    EXPECT_EQ(spool->status().records_lost, 5U);
}

TEST_F(SpoolLimitsTest, WhatOneThatIsLongAwayHadNotAckedStaysLost) {
    options.bytes_max = 2000;
    open_for({"away", "here"});
    append_many(25);
    ack("here", 25);

    expire("away");

    EXPECT_EQ(spool->status().records_lost, 10U);
}

TEST_F(SpoolLimitsTest, RecordsOlderThanTheBoundGoAndAreTold) {
    options.age_max = std::chrono::hours(1);
    open_for({"slow"});
    append_many(7);
    pass(std::chrono::minutes(50));
    append_many(1);

    pass(std::chrono::minutes(20));
    pass(std::chrono::minutes(1));

    const auto all = read_all(*spool, 1);
    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::expired);
    EXPECT_EQ(all.gaps[0].last, 5U);
    // The rest shares a segment with a younger one, and goes when that is too old.
    EXPECT_THAT(all.sequences, ElementsAre(6, 7, 8));
    pass(std::chrono::minutes(50));
    EXPECT_THAT(read_all(*spool, 1).sequences, IsEmpty());
    EXPECT_EQ(spool->status().records_lost, 8U);
}

}  // namespace
}  // namespace conduitd::test
