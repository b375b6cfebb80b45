// Segments that go because those who are waited for have passed them, and who is waited for.

#include "spool/spool_limits_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

class PassedSegmentsTest : public SpoolLimitsTest {};

TEST_F(PassedSegmentsTest, SegmentsThatEveryCursorHasPassedGo) {
    open();
    EXPECT_EQ(spool->attach("a", {}, now).value(), 0U);
    EXPECT_EQ(spool->attach("b", {}, now).value(), 0U);
    append_many(12);

    ack("a", 12);
    EXPECT_EQ(oldest(), 1U);
    ack("b", 6);

    EXPECT_EQ(oldest(), 6U);
    EXPECT_THAT(segments(), Not(Contains("00000000000000000001.seg")));
    EXPECT_EQ(read_all(*spool, 7).sequences.front(), 7U);
}

TEST_F(PassedSegmentsTest, NothingGoesBeforeAFirstConsumerCame) {
    open();
    append_many(12);

    pass(std::chrono::hours(1));

    EXPECT_EQ(oldest(), 1U);
    EXPECT_EQ(spool->attach("late", {}, now).value(), 0U);
}

TEST_F(PassedSegmentsTest, SegmentsStayUntilTheCursorsFileSaysSo) {
    open_for({"a"});
    append_many(12);
    disk->fault_for = [](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (operation.name != "a.cursor.new") return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::io_error)};
    };

    ack("a", 12);
    EXPECT_EQ(oldest(), 1U);
    EXPECT_TRUE(complaints.has("a cursor is not written"));
    disk->fault_for = nullptr;
    pass(std::chrono::seconds(1));

    EXPECT_EQ(oldest(), 11U);
}

TEST_F(PassedSegmentsTest, AConsumerThatIsLongAwayHoldsNothingButItsCursor) {
    open_for({"away", "here"});
    append_many(12);
    ack("away", 2);
    ack("here", 12);
    spool->detach("away", now);
    EXPECT_EQ(oldest(), 1U);

    pass(options.consumer_ttl + std::chrono::minutes(1));

    EXPECT_EQ(oldest(), 11U);
    EXPECT_TRUE(spool->consumers(now.wall)[0].is_expired);
    EXPECT_EQ(spool->attach("away", {}, now).value(), 2U);
    const auto all = read_all(*spool, 3);
    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].last, 10U);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::not_kept);
    EXPECT_THAT(all.sequences, ElementsAre(11, 12));
}

TEST_F(PassedSegmentsTest, WhatWasNotKeptIsNoDamageAfterARestartEither) {
    open_for({"away", "here"});
    append_many(12);
    ack("here", 12);
    expire("away");

    reopen();

    EXPECT_EQ(spool->attach("away", {}, now).value(), 0U);
    const auto all = read_all(*spool, 1);
    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::not_kept);
}

TEST_F(PassedSegmentsTest, ANewConsumerThatAsksForWhatHasGoneIsToldThatItWasNotKept) {
    open_for({"here"});
    append_many(12);
    ack("here", 12);

    EXPECT_EQ(spool->attach("late", 3, now).value(), 3U);

    const auto all = read_all(*spool, 4);
    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].first, 4U);
    EXPECT_EQ(all.gaps[0].last, 10U);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::not_kept);
}

TEST_F(PassedSegmentsTest, WhatSomebodyRemovedIsDamageForAllWhoCountedOnIt) {
    open_for({"away", "here"});
    append_many(12);
    ack("here", 5);
    expire("away");
    ASSERT_EQ(oldest(), 6U);
    spool.reset();
    ASSERT_FALSE(disk->remove("00000000000000000006.seg"));

    open();

    const auto here = read_all(*spool, 6);
    ASSERT_EQ(here.gaps.size(), 1U);
    EXPECT_EQ(here.gaps[0].last, 10U);
    EXPECT_EQ(here.gaps[0].reason, SpoolGapReason::damaged);
    const auto away = read_all(*spool, 1);
    ASSERT_EQ(away.gaps.size(), 2U);
    EXPECT_EQ(away.gaps[0].last, 5U);
    EXPECT_EQ(away.gaps[0].reason, SpoolGapReason::not_kept);
    EXPECT_EQ(away.gaps[1].first, 6U);
    EXPECT_EQ(away.gaps[1].last, 10U);
    EXPECT_EQ(away.gaps[1].reason, SpoolGapReason::damaged);
    EXPECT_THAT(away.sequences, ElementsAre(11, 12));
}

TEST_F(PassedSegmentsTest, AnAttachedConsumerNeverExpiresNorAfterARestart) {
    open_for({"here"});
    append_many(12);

    for (int i = 0; i < 200; ++i) pass(std::chrono::hours(1));
    EXPECT_EQ(oldest(), 1U);
    reopen();

    EXPECT_FALSE(spool->consumers(now.wall)[0].is_expired);
    EXPECT_EQ(oldest(), 1U);
}

TEST_F(PassedSegmentsTest, ARemovedConsumerHoldsNothing) {
    open_for({"a", "b"});
    append_many(12);
    ack("a", 12);
    spool->detach("b", now);

    ASSERT_FALSE(spool->remove_consumer("b", now));

    EXPECT_EQ(oldest(), 11U);
    EXPECT_EQ(spool->remove_consumer("b", now), SpoolError::unknown_consumer);
    EXPECT_FALSE(disk->has("b.cursor"));
}

}  // namespace
}  // namespace conduitd::test
