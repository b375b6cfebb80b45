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

    std::vector<std::uint64_t> sequences;
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

TEST_F(InspectionTest, AnEmptyFolderIsWhole) {
    EXPECT_TRUE(look().is_whole());
    EXPECT_THAT(sequences, IsEmpty());
}

}  // namespace
}  // namespace conduitd::test
