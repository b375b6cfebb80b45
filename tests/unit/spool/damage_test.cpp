// Segments whose bytes are not what was written to them.

#include "spool/damage_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace conduitd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(DamageTest, AFlippedByteCostsItsRecordAndNoOther) {
    open_with(14);
    const auto whole = disk->contents();

    for (std::size_t at = offset_of(0); at < offset_of(5); ++at) {
        for (const auto& [name, content] : whole) disk->put(name, content);
        disk->content(segment(6))[at] ^= 0x40;
        const auto lost = 6 + (at - segment_header_bytes) / record_bytes;

        open();

        const auto all = read_all(*spool, 1, at % 2 == 0 ? 4096 : 1);
        EXPECT_EQ(all.sequences, from_to(1, 14, lost, lost)) << at;
        expect_one_gap(all, lost, lost);
        spool.reset();
    }
}

TEST_F(DamageTest, AFlippedByteInTheLastSegmentIsFoundAtTheStart) {
    open_with(14);
    disk->content(segment(11))[offset_of(1) + 60] ^= 1;

    open();
    append_many(1);

    EXPECT_TRUE(complaints.has("a segment is damaged"));
    EXPECT_TRUE(complaints.has("records are lost file=00000000000000000011.seg first=12 last=12"));
    const auto all = read_all(*spool, 1);
    EXPECT_EQ(all.sequences, from_to(1, 15, 12, 12));
    expect_one_gap(all, 12, 12);
    EXPECT_EQ(all.gaps[0].bytes, record_bytes);
    EXPECT_EQ(all.gaps[0].since, now.wall);
}

TEST_F(DamageTest, AHoleOfSeveralRecordsIsOneGap) {
    open_with(14);
    auto& content = disk->content(segment(6));
    std::fill(content.begin() + static_cast<std::ptrdiff_t>(offset_of(1) + 50),
              content.begin() + static_cast<std::ptrdiff_t>(offset_of(3) + 50), '\xf5');

    open();

    const auto all = read_all(*spool, 1);
    EXPECT_EQ(all.sequences, from_to(1, 14, 7, 9));
    expect_one_gap(all, 7, 9);
    EXPECT_EQ(all.gaps[0].bytes, 3 * record_bytes);
}

TEST_F(DamageTest, BytesThatWereCutOutAreAGap) {
    open_with(14);
    disk->content(segment(6)).erase(offset_of(2), 2 * record_bytes);

    open();

    const auto all = read_all(*spool, 1);
    EXPECT_EQ(all.sequences, from_to(1, 14, 8, 9));
    expect_one_gap(all, 8, 9);
}

TEST_F(DamageTest, RecordsThatAppearTwiceAreReadOnce) {
    open_with(14);
    auto& content = disk->content(segment(6));
    content += content.substr(offset_of(0), 2 * record_bytes);

    open();

    const auto all = read_all(*spool, 1);
    EXPECT_EQ(all.sequences, from_to(1, 14));
    EXPECT_THAT(all.gaps, IsEmpty());
}

TEST_F(DamageTest, ASegmentCutShortAnywhereLosesItsTailOnly) {
    open_with(14);
    const auto whole = disk->contents();

    for (std::size_t bytes = 0; bytes < offset_of(5); bytes += 7) {
        for (const auto& [name, content] : whole) disk->put(name, content);
        disk->content(segment(6)).resize(bytes);
        const auto kept =
            bytes < segment_header_bytes ? 0 : (bytes - segment_header_bytes) / record_bytes;

        open();

        const auto all = read_all(*spool, 1);
        EXPECT_EQ(all.sequences, from_to(1, 14, 6 + kept, 10)) << bytes;
        expect_one_gap(all, 6 + kept, 10);
        spool.reset();
    }
}

TEST_F(DamageTest, ATornTailIsCutWhereverItTore) {
    open_with(3);
    disk->content(segment(1)).resize(offset_of(3));
    const auto whole = disk->contents();

    for (std::size_t bytes = offset_of(2) + 1; bytes < offset_of(3); ++bytes) {
        for (const auto& [name, content] : whole) disk->put(name, content);
        disk->content(segment(1)).resize(bytes);
        complaints.lines.clear();

        open();

        EXPECT_TRUE(complaints.has("the tail of a segment was not written whole"));
        EXPECT_EQ(disk->content(segment(1)).size(), offset_of(2));
        EXPECT_EQ(read_all(*spool, 1).sequences, from_to(1, 2));
        disk->erase(segments().back());
        spool.reset();
    }
}

TEST_F(DamageTest, BytesInAFrameAreNeverTakenForARecord) {
    std::string forged;
    append_unsealed_record(forged, RecordKind::frame, {}, {}, "forged");
    seal_record(forged.data(), 3, 12345);
    open();
    append({"a", forged, "c"});
    const auto second = segment_header_bytes + record_head_bytes + 1;
    disk->content(segment(1))[second] ^= 1;

    const auto all = read_all(*spool, 1);

    EXPECT_THAT(all.frames, ElementsAre("a", "c"));
    expect_one_gap(all, 2, 2);
}

TEST_F(DamageTest, ADamagedHeaderCostsNoRecord) {
    open_with(14);
    const auto whole = disk->contents();

    for (const std::uint64_t first : {1, 6, 11}) {
        for (std::size_t at = 0; at < segment_header_bytes; ++at) {
            for (const auto& [name, content] : whole) disk->put(name, content);
            disk->content(segment(first))[at] ^= 1;

            open();

            ASSERT_TRUE(spool) << first << " " << at << ": " << open_reason;
            const auto all = read_all(*spool, 1);
            EXPECT_EQ(all.sequences, from_to(1, 14)) << first << " " << at;
            EXPECT_THAT(all.gaps, IsEmpty());
            spool.reset();
        }
    }
}

TEST_F(DamageTest, AnEmptyFileInTheLastPlaceIsALossAndNumbersGoOnBehind) {
    open_with(14);
    disk->content(segment(11)).clear();

    open();
    append_many(1);

    EXPECT_TRUE(complaints.has("the header of a segment is damaged"));
    const auto all = read_all(*spool, 1);
    expect_one_gap(all, 11, 11);
    EXPECT_EQ(all.sequences.back(), 11 + sequences_reserved);
}

TEST_F(DamageTest, AFolderWithNothingButAnEmptySegmentStarts) {
    disk->put(segment(5), "");

    open();
    append_many(1);

    EXPECT_EQ(read_all(*spool, 6).sequences,
              from_to(5 + sequences_reserved, 5 + sequences_reserved));
}

}  // namespace
}  // namespace conduitd::test
