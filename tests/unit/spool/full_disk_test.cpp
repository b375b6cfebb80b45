// A disk that is full: records wait in memory within a limit, and go on to the disk by themselves.

#include "spool/trouble_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using FullDiskTest = TroubleTest;

TEST_F(FullDiskTest, AFullDiskKeepsRecordsInMemoryAndShowsThem) {
    options.sync = SyncPolicy::interval;
    open();
    append({"a"});
    fill_disk();

    append({"b"});
    append({"c"});

    EXPECT_TRUE(complaints.has("the disk does not take records"));
    EXPECT_THAT(published, ElementsAre("a", "b", "c"));
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b", "c"));
    EXPECT_EQ(*spool->status().trouble, errc::no_space_on_device);
}

TEST_F(FullDiskTest, AFullDiskThatHasRoomAgainTakesWhatWaited) {
    options.sync = SyncPolicy::interval;
    open();
    append({"a"});
    fill_disk();
    append({"b"});
    pass_a_retry();
    EXPECT_TRUE(spool->status().trouble);
    empty_disk();

    pass_a_retry();
    append({"c"});
    reopen();

    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b", "c"));
    EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());
}

TEST_F(FullDiskTest, AFullDiskIsFreedOfWhatEveryConsumerHas) {
    options.sync = SyncPolicy::interval;
    options.segment_bytes = 400;
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    const std::string frame(200, 'x');
    for (int i = 0; i < 4; ++i) append({frame});
    ASSERT_GT(spool->status().segments, 2U);
    const auto full_at = disk->names().size();
    disk->fault_for = [this,
                       full_at](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        // As many files as there are, and no more: what is freed may be used.
        const bool is_full = disk->names().size() > full_at;
        if (operation.kind != Kind::write || !is_full) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(errc::no_space_on_device)};
    };

    ASSERT_FALSE(spool->ack("bot", 3, now));
    pass(options.sync_interval);

    EXPECT_LT(spool->status().segments, 4U);
    reopen();
    EXPECT_EQ(spool->attach("bot", {}, now).value(), 3U);
}

TEST_F(FullDiskTest, WhatEveryConsumerHasNeedNotBeOnAFullDisk) {
    open_with_a_consumer_and_fill_the_disk();
    EXPECT_EQ(spool->status().waiting.records, 2U);

    ASSERT_FALSE(spool->ack("bot", 1, now));
    EXPECT_EQ(spool->status().waiting.records, 1U);
    EXPECT_EQ(spool->status().slowest->next, 2U);
    ASSERT_FALSE(spool->ack("bot", 2, now));

    EXPECT_EQ(spool->status().waiting.records, 0U);
    EXPECT_FALSE(spool->close(now));
    EXPECT_FALSE(complaints.has("not on the disk"));
}

TEST_F(FullDiskTest, WhatAConsumerMissesOnAFullDiskIsAnError) {
    open_with_a_consumer_and_fill_the_disk();
    ASSERT_FALSE(spool->ack("bot", 1, now));

    EXPECT_EQ(spool->close(now), errc::no_space_on_device);
}

// The bug: the load was that of a worker at its end, though nobody missed anything.
TEST_F(FullDiskTest, WhatEveryConsumerHasTakesNoneOfTheMemoryThatMayRunOut) {
    open_with_a_consumer_and_fill_the_disk();
    append({"c"});
    EXPECT_EQ(spool->status().memory_bytes, 2 * (record_head_bytes + 1));

    ASSERT_FALSE(spool->ack("bot", 2, now));
    EXPECT_EQ(spool->status().memory_bytes, record_head_bytes + 1);
    ASSERT_FALSE(spool->ack("bot", 3, now));

    EXPECT_EQ(spool->status().memory_bytes, 0U);
}

TEST_F(FullDiskTest, AlwaysShowsNothingThatAFullDiskDidNotTake) {
    open();
    append({"a"});
    fill_disk();

    append({"b"});

    EXPECT_THAT(published, ElementsAre("a"));
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a"));
    empty_disk();
    pass_a_retry();
    EXPECT_THAT(published, ElementsAre("a", "b"));
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b"));
}

TEST_F(FullDiskTest, TheOldestGoWhenTheMemoryForThemIsUsedUpAndAreTold) {
    options.sync = SyncPolicy::interval;
    options.memory_bytes_max = 3 * 60;
    open();
    append({"a"});
    fill_disk();
    for (const auto* frame : {"b", "c", "d", "e", "f"}) append({frame});

    const auto in_trouble = read_all(*spool, 2);
    empty_disk();
    pass_a_retry();
    const auto after = read_all(*spool, 2);
    reopen();
    const auto after_restart = read_all(*spool, 2);

    ASSERT_EQ(in_trouble.gaps.size(), 1U);
    EXPECT_EQ(in_trouble.gaps[0].first, 2U);
    EXPECT_EQ(in_trouble.gaps[0].last, 3U);
    EXPECT_EQ(in_trouble.gaps[0].bytes, 2U);
    EXPECT_EQ(in_trouble.gaps[0].reason, SpoolGapReason::not_written);
    EXPECT_THAT(in_trouble.frames, ElementsAre("d", "e", "f"));
    EXPECT_EQ(after.frames, in_trouble.frames);
    EXPECT_EQ(after.gaps.size(), 1U);
    EXPECT_EQ(after_restart.frames, in_trouble.frames);
    ASSERT_EQ(after_restart.gaps.size(), 1U);
    EXPECT_EQ(after_restart.gaps[0].last, 3U);
    EXPECT_EQ(after_restart.gaps[0].reason, SpoolGapReason::not_written);
}

TEST_F(FullDiskTest, WhatGoesForWantOfMemoryIsAnErrorAtOnceAndWheneverItIsTwiceAsMuch) {
    options.sync = SyncPolicy::interval;
    options.memory_bytes_max = 3 * 60;
    open();
    fill_disk();
    append({"a", "b", "c"});
    complaints.lines.clear();

    append({"d", "e"});
    EXPECT_THAT(complaints.lines,
                ElementsAre(AllOf(HasSubstr("records are lost"), HasSubstr("spool.max_memory"),
                                  HasSubstr(" records_dropped=3 bytes_dropped=3"))));
    append({"f", "g"});
    EXPECT_EQ(complaints.lines.size(), 1U);
    append({"h", "i"});

    EXPECT_EQ(complaints.lines.size(), 2U);
    EXPECT_TRUE(complaints.has(" records_dropped=7 bytes_dropped=7"));
    EXPECT_EQ(spool->status().records_lost, 7U);
}

// The bug: on a full disk what every consumer had acked from memory was an error, and counted.
TEST_F(FullDiskTest, WhatEveryConsumerHasGoesWithoutAComplaintWhenTheMemoryIsUsedUp) {
    options.sync = SyncPolicy::interval;
    options.memory_bytes_max = 3 * 60;
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));
    fill_disk();
    append({"a"});
    append({"b"});
    append({"c"});
    ASSERT_FALSE(spool->ack("bot", 3, now));
    complaints.lines.clear();

    append({"d"});
    append({"e"});

    EXPECT_FALSE(complaints.has("records are lost"));
    EXPECT_EQ(spool->status().records_lost, 0U);
    EXPECT_THAT(read_all(*spool, 4).frames, ElementsAre("d", "e"));
    EXPECT_THAT(read_all(*spool, 4).gaps, IsEmpty());
    empty_disk();
    pass_a_retry();
    reopen();
    const auto of_another = read_all(*spool, 1);
    EXPECT_THAT(of_another.frames, ElementsAre("c", "d", "e"));
    ASSERT_EQ(of_another.gaps.size(), 1U);
    EXPECT_EQ(of_another.gaps[0].last, 2U);
    EXPECT_EQ(of_another.gaps[0].reason, SpoolGapReason::not_kept);
}

TEST_F(FullDiskTest, ANumberThatWasSeenInTroubleIsNotGivenAgain) {
    options.sync = SyncPolicy::interval;
    open();
    append({"a"});
    fill_disk();
    append({"b"});
    const auto seen = spool->visible_end() - 1;

    spool.reset();
    empty_disk();
    open();

    EXPECT_GT(spool->status().next_sequence, seen);
}

TEST_F(FullDiskTest, AFullDiskAtTheStartIsNoReasonNotToStart) {
    options.sync = SyncPolicy::interval;
    fill_disk();
    open();
    ASSERT_TRUE(spool);
    append({"a"});
    // No header on the disk reserves its number yet.
    EXPECT_THAT(published, IsEmpty());
    empty_disk();

    pass_a_retry();

    EXPECT_THAT(published, ElementsAre("a"));
    reopen();
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a"));
}

// The bug: until the disk had room, all numbers that the jump after the kill left out were told as
// damage.
TEST_F(FullDiskTest, AFullDiskAtAStartAfterAKillIsNoLoss) {
    options.sync = SyncPolicy::interval;
    open();
    append({"a"});
    fill_disk();
    reopen();
    ASSERT_GT(spool->status().next_sequence, sequences_reserved);
    EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());

    append({"b"});
    EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());
    empty_disk();
    pass_a_retry();

    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b"));
    EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());
}

TEST_F(FullDiskTest, WhatIsLostAfterAStartOnAFullDiskIsToldWithoutTheNumbersThatNobodyGot) {
    options.sync = SyncPolicy::interval;
    options.memory_bytes_max = 3 * 60;
    open();
    append({"a"});
    fill_disk();
    reopen();
    const auto first = spool->status().next_sequence;
    for (const auto* frame : {"b", "c", "d", "e", "f"}) append({frame});

    empty_disk();
    pass_a_retry();

    const auto all = read_all(*spool, 1);
    EXPECT_THAT(all.frames, ElementsAre("a", "d", "e", "f"));
    ASSERT_EQ(all.gaps.size(), 1U);
    EXPECT_EQ(all.gaps[0].first, first);
    EXPECT_EQ(all.gaps[0].last, first + 1);
    EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::not_written);
}

TEST_F(FullDiskTest, ADiskWithoutRoomForTheEndMarkHasEveryRecord) {
    options.sync = SyncPolicy::interval;
    open();
    append({"a"});
    fill_disk();

    EXPECT_FALSE(spool->close(now));
    EXPECT_TRUE(complaints.has("the end of the last segment is not marked"));
    empty_disk();
    reopen();

    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a"));
    EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());
}

}  // namespace
}  // namespace conduitd::test
