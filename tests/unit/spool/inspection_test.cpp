#include "spool/inspection.hpp"

#include "spool/error.hpp"
#include "spool/file_name.hpp"
#include "spool/segment_header.hpp"
#include "spool/spool_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class InspectionTest : public SpoolTest {
protected:
    void fill(int count) {
        open();
        ASSERT_TRUE(spool->attach("bot", {}, now));
        for (int i = 0; i < count; ++i) append({std::string(100 - record_head_bytes, 'x')});
    }
    Inspection look() {
        sequences.clear();
        return inspect(*disk,
                       [this](const RecordView& record) { sequences.push_back(record.sequence); });
    }

    void ack(const std::string& consumer, std::uint64_t sequence) {
        ASSERT_FALSE(spool->ack(consumer, sequence, now));
        pass(options.sync_interval);
    }
    static std::vector<std::pair<std::uint64_t, std::uint64_t>> missing(
        const Inspection& inspection) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
        for (const auto& gap : inspection.missing) ranges.emplace_back(gap.first, gap.last);
        return ranges;
    }

    std::vector<std::uint64_t> sequences;
    int reads = 0;
};

TEST_F(InspectionTest, OfASpoolInUseShowsAllAndChangesNothing) {
    fill(7);
    disk->content(segment_name(6)) += "half a rec";
    const auto before = disk->contents();

    const auto inspection = look();

    EXPECT_TRUE(inspection.is_whole());
    EXPECT_THAT(sequences, ElementsAre(1, 2, 3, 4, 5, 6, 7));
    ASSERT_EQ(inspection.segments.size(), 2U);
    EXPECT_EQ(inspection.segments[0].records, 5U);
    EXPECT_EQ(inspection.segments[1].end, 8U);
    EXPECT_EQ(inspection.segments[1].tail_bytes, 10U);
    EXPECT_FALSE(inspection.segments[1].has_end_mark);
    ASSERT_EQ(inspection.cursors.size(), 1U);
    EXPECT_EQ(inspection.cursors[0].consumer, "bot");
    EXPECT_EQ(inspection.spool_id, spool_id);
    EXPECT_EQ(disk->contents(), before);
}

TEST_F(InspectionTest, NumbersThatWereNeverGivenAreNotMissing) {
    fill(2);
    reopen();
    append({"later"});
    ASSERT_FALSE(spool->close(now));

    const auto inspection = look();

    EXPECT_TRUE(inspection.is_whole());
    EXPECT_THAT(sequences, ElementsAre(1, 2, 1 + sequences_reserved));
    EXPECT_TRUE(inspection.segments.back().has_end_mark);
}

TEST_F(InspectionTest, DamageIsNoMatterWhereFoundWithItsRecords) {
    fill(14);
    disk->content(segment_name(1))[segment_header_bytes + 150] ^= 1;
    disk->content(segment_name(6)).resize(segment_header_bytes + 250);

    const auto inspection = look();

    EXPECT_FALSE(inspection.is_whole());
    ASSERT_EQ(inspection.missing.size(), 2U);
    EXPECT_EQ(inspection.missing[0].first, 2U);
    EXPECT_EQ(inspection.missing[0].last, 2U);
    EXPECT_EQ(inspection.missing[1].first, 8U);
    EXPECT_EQ(inspection.missing[1].last, 10U);
    EXPECT_EQ(inspection.segments[0].damaged_bytes, 100U);
    EXPECT_EQ(inspection.segments[1].tail_bytes, 50U);
}

TEST_F(InspectionTest, AMissingSegmentIsMissing) {
    fill(14);
    disk->erase(segment_name(6));

    const auto inspection = look();

    ASSERT_EQ(inspection.missing.size(), 1U);
    EXPECT_EQ(inspection.missing[0].first, 6U);
    EXPECT_EQ(inspection.missing[0].last, 10U);
}

TEST_F(InspectionTest, OfANewerFormatSaysSo) {
    fill(1);
    auto newer = disk->content(segment_name(1));
    newer[8] = 2;
    newer[40] ^= 1;
    disk->put(segment_name(9), newer);

    const auto inspection = look();

    EXPECT_EQ(inspection.error, SpoolError::newer_format);
    EXPECT_EQ(inspection.file, segment_name(9));
}

TEST_F(InspectionTest, AFolderWithoutFilesOfASpoolHasNone) {
    EXPECT_FALSE(look().has_files);
    disk->put("passwd", "root");
    EXPECT_FALSE(look().has_files);
    fill(1);
    EXPECT_TRUE(look().has_files);
}

TEST_F(InspectionTest, WhatACursorPassedAndNoSegmentHasIsMissing) {
    fill(14);
    ASSERT_TRUE(spool->attach("slow", {}, now));
    ack("bot", 13);
    disk->erase(segment_name(11));
    EXPECT_THAT(missing(look()), ElementsAre(Pair(11, 13)));

    for (const auto& name : segments()) disk->erase(name);
    EXPECT_THAT(missing(look()), ElementsAre(Pair(1, 13)));
}

TEST_F(InspectionTest, ACursorBeforeNumbersThatWereNeverGivenIsAheadOfNothing) {
    fill(2);
    reopen();
    ASSERT_TRUE(spool->attach("from-now", spool->visible_end() - 1, now));
    EXPECT_TRUE(look().is_whole());

    disk->erase(segments().back());

    EXPECT_TRUE(look().is_whole());
}

TEST_F(InspectionTest, WhatIsMissingBeforeTheFirstSegmentIsMissingToAConsumerThatIsNotThere) {
    fill(14);
    disk->erase(segment_name(1));
    EXPECT_THAT(missing(look()), ElementsAre(Pair(1, 5)));

    ack("bot", 3);
    EXPECT_THAT(missing(look()), ElementsAre(Pair(4, 5)));
    ack("bot", 5);
    EXPECT_TRUE(look().is_whole());
}

TEST_F(InspectionTest, WhatWentAtALimitOrWasNotKeptIsNotMissing) {
    options.bytes_max = 2000;
    fill(25);
    EXPECT_TRUE(disk->has("losses"));
    EXPECT_TRUE(look().is_whole());

    ASSERT_TRUE(spool->attach("here", {}, now));
    spool->detach("bot", now);
    pass(options.consumer_ttl + std::chrono::hours(1));
    append({"later"});
    ack("here", 26);
    disk->erase("losses");
    EXPECT_TRUE(look().is_whole());
}

TEST_F(InspectionTest, WhatWentForWantOfMemoryIsNotMissing) {
    options.sync = SyncPolicy::interval;
    options.memory_bytes_max = 250;
    fill(2);
    disk->bytes_max = 0;
    for (int i = 0; i < 5; ++i) append({std::string(100 - record_head_bytes, 'x')});
    disk->bytes_max = UINT64_MAX;
    for (int i = 0; i < 3; ++i) pass(std::chrono::seconds(1));

    const auto inspection = look();

    EXPECT_THAT(sequences, ElementsAre(1, 2, 6, 7));
    EXPECT_TRUE(inspection.is_whole());
}

TEST_F(InspectionTest, WhatIsWrittenMeanwhileIsNoDamage) {
    fill(4);
    const auto whole = disk->content(segment_name(1));
    // A write is half done as the segment is opened, and done when it has been read so far.
    disk->content(segment_name(1)).resize(whole.size() - 150);
    disk->fault_for = [&](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        const bool is_segment = operation.name == segment_name(1);
        if (operation.kind != SimulatedDisk::Operation::Kind::read || !is_segment) return {};
        if (++reads == 4) disk->content(segment_name(1)) = whole;
        return {};
    };

    const auto inspection = look();

    EXPECT_TRUE(inspection.is_whole());
    EXPECT_THAT(sequences, ElementsAre(1, 2));
}

TEST_F(InspectionTest, SegmentsThatArePassedMeanwhileAreNotMissing) {
    fill(24);
    // As the first segment is looked at, all but the last are passed.
    disk->fault_for = [&](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (operation.kind != SimulatedDisk::Operation::Kind::read) return std::nullopt;
        if (operation.name != segment_name(1) || !spool) return std::nullopt;
        disk->fault_for = nullptr;
        ack("bot", 20);
        return std::nullopt;
    };

    const auto inspection = look();

    EXPECT_EQ(spool->status().oldest, 21U);
    EXPECT_THAT(missing(inspection), IsEmpty());
    EXPECT_TRUE(inspection.is_whole());
}

TEST_F(InspectionTest, EveryDocumentThatIsNotWhatWasWrittenIsNamed) {
    options.bytes_max = 2000;
    fill(25);
    const auto whole = disk->contents();

    for (const auto& name : std::vector<std::string>{ids_name(16), "losses", "bot.cursor"}) {
        for (const std::size_t at : {0, 8, 20, 40}) {
            disk->content(name)[at] ^= 1;
            EXPECT_THAT(look().damaged_files, ElementsAre(name)) << at;
            EXPECT_FALSE(look().is_whole());
            disk->put(name, whole.at(name));
        }
        disk->put(name, "");
        EXPECT_THAT(look().damaged_files, ElementsAre(name));
        disk->put(name, whole.at(name));
    }
    EXPECT_TRUE(look().is_whole());
}

TEST_F(InspectionTest, AHeaderWithAFlippedBitAnywhereIsNotWhole) {
    fill(1);
    for (std::size_t at = 0; at < segment_header_bytes; ++at) {
        disk->content(segment_name(1))[at] ^= 1;
        EXPECT_FALSE(look().is_whole()) << at;
        disk->content(segment_name(1))[at] ^= 1;
    }
}

TEST_F(InspectionTest, IdsOfANewerFormatAreRefused) {
    fill(7);
    auto& newer = disk->content(ids_name(1));
    newer[8] = 2;
    newer[40] ^= 1;

    EXPECT_EQ(look().error, SpoolError::newer_format);
    EXPECT_EQ(look().file, ids_name(1));
}

}  // namespace
}  // namespace conduitd::test
