// Segments that somebody deleted while no spool had the folder.

#include "spool/damage_fixture.hpp"
#include "spool/options.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class MissingSegmentsTest : public DamageTest {};

TEST_F(MissingSegmentsTest, AMissingSegmentIsAGap) {
    open_with(14);
    disk->erase(segment(6));

    open();

    const auto all = read_all(*spool, 1);
    EXPECT_EQ(all.sequences, from_to(1, 14, 6, 10));
    expect_one_gap(all, 6, 10);
}

TEST_F(MissingSegmentsTest, WhatIsMissingBeforeTheOldestSegmentIsAGapToThoseBehind) {
    open_with(14);
    disk->erase(segment(1));

    open();

    expect_one_gap(read_all(*spool, 3), 3, 5);
    EXPECT_THAT(read_all(*spool, 6).gaps, IsEmpty());
}

TEST_F(MissingSegmentsTest, NumbersGoOnFarBehindWhenTheLastSegmentsAreMissing) {
    open_with(14);
    disk->erase(segment(11));
    disk->erase(segment(6));

    open();
    append_many(1);

    EXPECT_EQ(read_all(*spool, 1).sequences.back(), 1 + sequences_reserved);
}

TEST_F(MissingSegmentsTest, CursorsAheadOfTheDataKeepTheirPlaceAndNumbersGoOnBehind) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    append_many(14);
    ASSERT_FALSE(spool->ack("a", 14, now));
    ASSERT_FALSE(spool->close(now));
    spool.reset();
    for (const auto& name : segments()) disk->erase(name);
    for (const auto& name : disk->names()) {
        if (name.ends_with(".ids")) disk->erase(name);
    }

    open();
    append_many(1);

    EXPECT_TRUE(complaints.has("segments are missing"));
    const auto next = spool->attach("a", {}, now).value() + 1;
    EXPECT_EQ(next, 15U);
    const auto all = read_all(*spool, next);
    EXPECT_THAT(all.sequences, ElementsAre(14 + sequences_reserved));
    EXPECT_EQ(spool->id(), spool_id);
}

TEST_F(MissingSegmentsTest, WhenAllSegmentsAreMissingThoseBehindTheHighestCursorAreTold) {
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    ASSERT_TRUE(spool->attach("seen", {}, now));
    append_many(14);
    ASSERT_FALSE(spool->ack("bot", 3, now));
    ASSERT_FALSE(spool->ack("seen", 12, now));
    ASSERT_FALSE(spool->close(now));
    spool.reset();
    for (const auto& name : segments()) disk->erase(name);

    open();
    append_many(1);

    EXPECT_TRUE(complaints.has("segments are missing first=1 last=12"));
    expect_one_gap(read_all(*spool, 4), 4, 12);
    EXPECT_THAT(read_all(*spool, 13).gaps, IsEmpty());
    complaints.lines.clear();
    reopen();
    EXPECT_THAT(complaints.lines, IsEmpty());
    expect_one_gap(read_all(*spool, 4), 4, 12);
}

TEST_F(MissingSegmentsTest, WhenAllSegmentsSinceAKillAreMissingThoseBehindTheHighestCursorAreTold) {
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    ASSERT_TRUE(spool->attach("seen", {}, now));
    append_many(3);
    reopen();
    append_many(7);
    const auto last = spool->status().next_sequence - 1;
    ASSERT_FALSE(spool->ack("seen", last, now));
    ASSERT_FALSE(spool->close(now));
    spool.reset();
    for (const auto& name : segments()) {
        if (name != segment(1)) disk->erase(name);
    }

    open();
    append_many(1);

    const auto all = read_all(*spool, 1);
    EXPECT_THAT(all.sequences, ElementsAre(1, 2, 3, spool->status().next_sequence - 1));
    expect_one_gap(all, 4, last);
    EXPECT_THAT(read_all(*spool, last + 1).gaps, IsEmpty());
}

TEST_F(MissingSegmentsTest,
       WhenSegmentsBehindAnEndMarkAreMissingThoseBehindTheHighestCursorAreTold) {
    open_with(3);
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    ASSERT_TRUE(spool->attach("seen", {}, now));
    append_many(4);
    ASSERT_FALSE(spool->ack("seen", 7, now));
    ASSERT_FALSE(spool->close(now));
    spool.reset();
    disk->erase(segment(4));

    open();
    append_many(1);

    expect_one_gap(read_all(*spool, 1), 4, 7);
}

TEST_F(MissingSegmentsTest, ACursorAtTheEndOfNumbersThatWereNeverGivenIsNoSignOfALoss) {
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    append_many(3);
    reopen();
    ASSERT_TRUE(spool->attach("from-now", spool->visible_end() - 1, now));
    complaints.lines.clear();

    reopen();
    ASSERT_FALSE(spool->close(now));
    spool.reset();
    open();
    append_many(1);

    EXPECT_THAT(complaints.lines, IsEmpty());
    EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());
}

}  // namespace
}  // namespace conduitd::test
