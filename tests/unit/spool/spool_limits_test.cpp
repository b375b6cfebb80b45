#include "spool/error.hpp"
#include "spool/segment_header.hpp"
#include "spool/spool_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SpoolLimitsTest : public SpoolTest {
protected:
    // Each frame makes a record of 100 bytes.
    void append_many(int count) {
        for (int i = 0; i < count; ++i) append({std::string(100 - record_head_bytes, 'x')});
    }
    void ack(const std::string& consumer, std::uint64_t sequence) {
        ASSERT_FALSE(spool->ack(consumer, sequence, now));
        pass(options.sync_interval);
    }
    [[nodiscard]] std::uint64_t oldest() const { return spool->status().oldest; }
};

TEST_F(SpoolLimitsTest, SegmentsThatEveryCursorHasPassedGo) {
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

TEST_F(SpoolLimitsTest, NothingGoesBeforeAFirstConsumerCame) {
    open();
    append_many(12);

    pass(std::chrono::hours(1));

    EXPECT_EQ(oldest(), 1U);
    EXPECT_EQ(spool->attach("late", {}, now).value(), 0U);
}

TEST_F(SpoolLimitsTest, SegmentsStayUntilTheCursorsFileSaysSo) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
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

TEST_F(SpoolLimitsTest, ANewConsumerStartsAtTheOldestRecord) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    append_many(12);
    ack("a", 12);

    EXPECT_EQ(spool->attach("b", {}, now).value(), oldest() - 1);
}

TEST_F(SpoolLimitsTest, AtTheBoundTheOldestSegmentGoesAndIsTold) {
    options.bytes_max = 2000;
    open();
    ASSERT_TRUE(spool->attach("slow", {}, now));
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
    EXPECT_EQ(spool->status().records_dropped, 10U);
    EXPECT_TRUE(complaints.has("the spool is full"));
    EXPECT_TRUE(complaints.has(" not_acked_by=slow connected=true"));
}

TEST_F(SpoolLimitsTest, AtTheBoundAConnectedConsumerIsAWarningAndOneThatIsAwayAnError) {
    options.bytes_max = 2000;
    open();
    ASSERT_TRUE(spool->attach("away", {}, now));
    ASSERT_TRUE(spool->attach("here", {}, now));

    append_many(20);
    spool->detach("away", now);
    append_many(5);

    EXPECT_THAT(complaints.lines, ElementsAre(HasSubstr("not_acked_by=away connected=true"),
                                              HasSubstr("not_acked_by=away connected=false")));
    EXPECT_THAT(complaints.levels, ElementsAre(LogLevel::warn, LogLevel::error));
}

TEST_F(SpoolLimitsTest, WhatWentIsToldAfterARestartToo) {
    options.bytes_max = 2000;
    open();
    ASSERT_TRUE(spool->attach("slow", {}, now));
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
    open();
    ASSERT_TRUE(spool->attach("slow", {}, now));
    append_many(18);
    const auto before = oldest();

    for (int i = 0; i < 10; ++i) reopen();

    EXPECT_EQ(oldest(), before);
}

TEST_F(SpoolLimitsTest, WhatEveryConsumerHasIsNoLoss) {
    options.bytes_max = 2000;
    open();
    ASSERT_TRUE(spool->attach("fast", {}, now));

    for (int i = 1; i <= 40; ++i) {
        append_many(1);
        ack("fast", static_cast<std::uint64_t>(i));
    }

    EXPECT_EQ(spool->status().records_dropped, 0U);
    EXPECT_THAT(complaints.lines, IsEmpty());
    EXPECT_FALSE(disk->has("losses"));
}

TEST_F(SpoolLimitsTest, RecordsOlderThanTheBoundGoAndAreTold) {
    options.age_max = std::chrono::hours(1);
    open();
    ASSERT_TRUE(spool->attach("slow", {}, now));
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
    EXPECT_EQ(spool->status().records_dropped, 8U);
}

TEST_F(SpoolLimitsTest, AConsumerThatIsLongAwayHoldsNothingButItsCursor) {
    open();
    ASSERT_TRUE(spool->attach("away", {}, now));
    ASSERT_TRUE(spool->attach("here", {}, now));
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

TEST_F(SpoolLimitsTest, WhatWasNotKeptIsNoDamageAfterARestartEither) {
    open();
    ASSERT_TRUE(spool->attach("away", {}, now));
    ASSERT_TRUE(spool->attach("here", {}, now));
    append_many(12);
    ack("here", 12);
    spool->detach("away", now);
    pass(options.consumer_ttl + std::chrono::minutes(1));

    reopen();

    EXPECT_EQ(spool->attach("away", {}, now).value(), 0U);
    const auto all = read_all(*spool, 1);
    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::not_kept);
}

TEST_F(SpoolLimitsTest, ANewConsumerThatAsksForWhatHasGoneIsToldThatItWasNotKept) {
    open();
    ASSERT_TRUE(spool->attach("here", {}, now));
    append_many(12);
    ack("here", 12);

    EXPECT_EQ(spool->attach("late", 3, now).value(), 3U);

    const auto all = read_all(*spool, 4);
    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].first, 4U);
    EXPECT_EQ(all.gaps[0].last, 10U);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::not_kept);
}

TEST_F(SpoolLimitsTest, WhatSomebodyRemovedIsDamageForAllWhoCountedOnIt) {
    open();
    ASSERT_TRUE(spool->attach("away", {}, now));
    ASSERT_TRUE(spool->attach("here", {}, now));
    append_many(12);
    ack("here", 5);
    spool->detach("away", now);
    pass(options.consumer_ttl + std::chrono::minutes(1));
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

TEST_F(SpoolLimitsTest, AnAttachedConsumerNeverExpiresNorAfterARestart) {
    open();
    ASSERT_TRUE(spool->attach("here", {}, now));
    append_many(12);

    for (int i = 0; i < 200; ++i) pass(std::chrono::hours(1));
    EXPECT_EQ(oldest(), 1U);
    reopen();

    EXPECT_FALSE(spool->consumers(now.wall)[0].is_expired);
    EXPECT_EQ(oldest(), 1U);
}

TEST_F(SpoolLimitsTest, TheNumberOfConsumersIsBounded) {
    options.consumers_max = 2;
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    ASSERT_TRUE(spool->attach("b", {}, now));

    EXPECT_EQ(spool->attach("c", {}, now).error(), SpoolError::too_many_consumers);
    spool->detach("a", now);
    pass(options.consumer_ttl + std::chrono::minutes(1));

    EXPECT_TRUE(spool->attach("c", {}, now));
    EXPECT_FALSE(disk->has("a.cursor"));
}

TEST_F(SpoolLimitsTest, OddNamesOfConsumersAreRefused) {
    open();

    for (const auto* name : {"", ".", "../x", "a/b", "-a", "a b", "\xc3\xa4"}) {
        EXPECT_EQ(spool->attach(name, {}, now).error(), SpoolError::bad_consumer_name) << name;
    }
    EXPECT_EQ(spool->attach(std::string(65, 'a'), {}, now).error(), SpoolError::bad_consumer_name);
    EXPECT_TRUE(spool->attach(std::string(64, 'a'), {}, now));
}

TEST_F(SpoolLimitsTest, AcksOfWhatNobodySawOrKnowsAreRefused) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    append_many(2);
    append_only({"unsynced"});

    EXPECT_EQ(spool->ack("a", 3, now), SpoolError::ack_beyond_end);
    EXPECT_EQ(spool->ack("b", 1, now), SpoolError::unknown_consumer);
    ack("a", 2);
    ack("a", 1);
    EXPECT_EQ(spool->consumers(now.wall)[0].acked, 2U);
}

TEST_F(SpoolLimitsTest, ARemovedConsumerHoldsNothing) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    ASSERT_TRUE(spool->attach("b", {}, now));
    append_many(12);
    ack("a", 12);
    spool->detach("b", now);

    ASSERT_FALSE(spool->remove_consumer("b", now));

    EXPECT_EQ(oldest(), 11U);
    EXPECT_EQ(spool->remove_consumer("b", now), SpoolError::unknown_consumer);
    EXPECT_FALSE(disk->has("b.cursor"));
}

TEST_F(SpoolLimitsTest, AConnectedConsumerIsNotRemoved) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));

    EXPECT_EQ(spool->remove_consumer("a", now), SpoolError::consumer_is_connected);

    EXPECT_EQ(spool->consumers(now.wall).size(), 1U);
}

TEST_F(SpoolLimitsTest, EachConsumerIsSoFarBehindAsItHasNotAcked) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    ASSERT_TRUE(spool->attach("b", {}, now));
    append_many(12);
    ack("a", 5);
    ack("b", 12);

    const auto consumers = spool->consumers(now.wall);

    ASSERT_EQ(consumers.size(), 2U);
    EXPECT_EQ(consumers[0].records_behind, 7U);
    EXPECT_EQ(consumers[1].records_behind, 0U);
}

TEST_F(SpoolLimitsTest, IdsOutliveTheirSegmentForTheWindow) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    append_many(12);
    ack("a", 12);
    ASSERT_THAT(segments(), Not(Contains("00000000000000000001.seg")));
    const auto count_ids = [this](WallTime since) {
        std::size_t count = 0;
        spool->each_id(since, [&count](auto ids) { count += ids.size(); });
        return count;
    };

    EXPECT_EQ(count_ids(now.wall - options.dedupe_window), 12U);
    EXPECT_EQ(count_ids(now.wall + std::chrono::seconds(1)), 0U);
    pass(options.dedupe_window + std::chrono::minutes(1));

    EXPECT_FALSE(disk->has("00000000000000000001.ids"));
}

TEST_F(SpoolLimitsTest, IdsThatCouldNotBeWrittenAreWrittenBeforeTheirSegmentGoes) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    disk->fault_for = [](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (!operation.name.ends_with(".ids.new")) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::io_error)};
    };
    append_many(7);
    EXPECT_TRUE(complaints.has("the ids of a segment are not written"));
    disk->fault_for = nullptr;

    ack("a", 7);

    EXPECT_EQ(oldest(), 6U);
    std::vector<IdDigest> ids;
    spool->each_id(WallTime(), [&ids](auto some) {
        for (const auto& entry : some) ids.push_back(entry.id);
    });
    ASSERT_EQ(ids.size(), 7U);
    EXPECT_EQ(ids[0], digest_of(1));
}

}  // namespace
}  // namespace conduitd::test
