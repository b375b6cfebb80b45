// Files that are not what was written to them: at a start, and under a spool that runs.

#include "spool/error.hpp"
#include "spool/file_name.hpp"
#include "spool/segment_header.hpp"
#include "spool/spool_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <tuple>

namespace conduitd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = SimulatedDisk::Operation::Kind;

constexpr std::size_t record_bytes = 100;

std::size_t offset_of(std::size_t record) {
    return segment_header_bytes + record * record_bytes;
}

class DamageTest : public SpoolTest {
protected:
    // Five records of 100 bytes to a segment.
    void append_many(int count) {
        for (int i = 0; i < count; ++i) {
            auto frame = "#" + std::to_string(frames_appended + 1);
            frame.resize(record_bytes - record_head_bytes, '.');
            append({frame});
        }
    }
    void open_with(int count) {
        open();
        append_many(count);
        ASSERT_FALSE(spool->close(now));
        spool.reset();
    }
    static std::string segment(std::uint64_t first) { return segment_name(first); }

    static std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last,
                                              std::uint64_t without_first = 0,
                                              std::uint64_t without_last = 0) {
        std::vector<std::uint64_t> sequences;
        for (auto i = first; i <= last; ++i) {
            if (i < without_first || i > without_last) sequences.push_back(i);
        }
        return sequences;
    }
    void expect_one_gap(const ReadAll& all, std::uint64_t first, std::uint64_t last) {
        ASSERT_EQ(all.gaps.size(), 1U);
        EXPECT_EQ(all.gaps[0].first, first);
        EXPECT_EQ(all.gaps[0].last, last);
        EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::damaged);
    }
};

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

TEST_F(DamageTest, AMissingSegmentIsAGap) {
    open_with(14);
    disk->erase(segment(6));

    open();

    const auto all = read_all(*spool, 1);
    EXPECT_EQ(all.sequences, from_to(1, 14, 6, 10));
    expect_one_gap(all, 6, 10);
}

TEST_F(DamageTest, WhatIsMissingBeforeTheOldestSegmentIsAGapToThoseBehind) {
    open_with(14);
    disk->erase(segment(1));

    open();

    expect_one_gap(read_all(*spool, 3), 3, 5);
    EXPECT_THAT(read_all(*spool, 6).gaps, IsEmpty());
}

TEST_F(DamageTest, NumbersGoOnFarBehindWhenTheLastSegmentsAreMissing) {
    open_with(14);
    disk->erase(segment(11));
    disk->erase(segment(6));

    open();
    append_many(1);

    EXPECT_EQ(read_all(*spool, 1).sequences.back(), 1 + sequences_reserved);
}

TEST_F(DamageTest, CursorsAheadOfTheDataKeepTheirPlaceAndNumbersGoOnBehind) {
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

TEST_F(DamageTest, WhenAllSegmentsAreMissingThoseBehindTheHighestCursorAreTold) {
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

TEST_F(DamageTest, WhenAllSegmentsSinceAKillAreMissingThoseBehindTheHighestCursorAreTold) {
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

TEST_F(DamageTest, WhenSegmentsBehindAnEndMarkAreMissingThoseBehindTheHighestCursorAreTold) {
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

TEST_F(DamageTest, ACursorAtTheEndOfNumbersThatWereNeverGivenIsNoSignOfALoss) {
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

TEST_F(DamageTest, ADamagedCursorStartsAgainAtTheOldest) {
    open();
    ASSERT_TRUE(spool->attach("a", {}, now));
    append_many(3);
    ASSERT_FALSE(spool->ack("a", 2, now));
    ASSERT_FALSE(spool->close(now));
    spool.reset();
    disk->content("a.cursor").resize(20);

    open();

    EXPECT_TRUE(complaints.has("file=a.cursor so=what a consumer had is forgotten"));
    EXPECT_EQ(spool->attach("a", {}, now).value(), 0U);
}

TEST_F(DamageTest, DamagedIdsAreReadFromTheRecords) {
    open_with(14);
    disk->content("00000000000000000006.ids")[40] ^= 1;

    open();

    std::vector<IdDigest> ids;
    spool->each_id(WallTime(), [&ids](auto some) {
        for (const auto& entry : some) ids.push_back(entry.id);
    });
    ASSERT_EQ(ids.size(), 14U);
    for (std::size_t i = 0; i < 14; ++i) EXPECT_EQ(ids[i], digest_of(i + 1));
    EXPECT_TRUE(
        complaints.has("the ids of a segment cannot be read file=00000000000000000006.ids"));
    EXPECT_TRUE(complaints.has("so=they are taken from its records"));
}

TEST_F(DamageTest, EmptiedIdsAreWrittenAnewWhenTheirSegmentGoes) {
    open_with(14);
    disk->content("00000000000000000001.ids").clear();
    open();
    ASSERT_TRUE(spool->attach("bot", {}, now));

    ASSERT_FALSE(spool->ack("bot", 5, now));
    pass(options.sync_interval);
    ASSERT_FALSE(disk->has(segment(1)));
    reopen();

    std::size_t count = 0;
    spool->each_id(WallTime(), [&count](auto some) { count += some.size(); });
    EXPECT_EQ(count, 14U);
    EXPECT_FALSE(complaints.has("ids of a segment"));
}

TEST_F(DamageTest, DamagedIdsWithoutTheirSegmentAreSaid) {
    open_with(14);
    disk->erase(segment(1));
    disk->content("00000000000000000001.ids").back() ^= 1;

    open();
    spool->each_id(WallTime(), [](auto) {});

    EXPECT_TRUE(complaints.has("so=messages that came before may come twice"));
}

TEST_F(DamageTest, AForeignOrNewerFileIsRefusedAndNothingIsTouched) {
    open_with(14);
    disk->content(segment(11)) += "torn";
    disk->put("a.cursor.new", "unfinished");
    const auto before = disk->contents();
    auto newer = disk->content(segment(6)).substr(0, segment_header_bytes);
    newer[8] = 9;
    newer[40] ^= 1;
    auto newer_ids = disk->content("00000000000000000006.ids");
    newer_ids[8] = 9;
    newer_ids[40] ^= 1;
    auto of_another_spool = encode_segment_header({{1}, 20, 19, 99, {}});

    for (const auto& [name, content, error] :
         {std::tuple(segment(20), std::string("a stranger's file"), SpoolError::foreign_file),
          std::tuple(segment(20), newer, SpoolError::newer_format),
          std::tuple(segment(20), of_another_spool, SpoolError::foreign_file),
          std::tuple(ids_name(20), newer_ids, SpoolError::newer_format),
          std::tuple(ids_name(20), std::string("a stranger's file, long enough for a head"),
                     SpoolError::foreign_file),
          std::tuple(ids_name(20), encode_ids({{1}, 20, {}}), SpoolError::foreign_file),
          std::tuple(std::string("x.cursor"), std::string("a stranger"), SpoolError::foreign_file),
          std::tuple(std::string("x.cursor"), encode_cursor({{1}, 5, {}}),
                     SpoolError::foreign_file),
          std::tuple(std::string("losses"), std::string("a stranger"), SpoolError::foreign_file)}) {
        disk->put(name, content);

        open();

        EXPECT_FALSE(spool);
        EXPECT_EQ(open_error, error);
        EXPECT_THAT(open_reason, ::testing::StartsWith(name + ": "));
        disk->erase(name);
        EXPECT_EQ(disk->contents(), before);
    }
}

TEST_F(DamageTest, WhatIsNotOursIsLeftAlone) {
    disk->put("notes.txt", "mine");
    disk->put("a.cursor.new", "unfinished");

    open();

    EXPECT_TRUE(disk->has("notes.txt"));
    EXPECT_FALSE(disk->has("a.cursor.new"));
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

TEST_F(DamageTest, ASegmentDeletedUnderARunningSpoolIsAGap) {
    open();
    append_many(14);
    disk->erase(segment(6));

    const auto all = read_all(*spool, 1);

    EXPECT_EQ(all.sequences, from_to(1, 14, 6, 10));
    expect_one_gap(all, 6, 10);
}

TEST_F(DamageTest, TheSegmentThatIsWrittenMayBeDeletedAndTheNextRecordsAreKept) {
    open();
    append_many(3);
    disk->erase(segment(1));
    const auto all = read_all(*spool, 1);

    append_many(2);

    expect_one_gap(all, 1, 3);
    EXPECT_EQ(read_all(*spool, 4).sequences, from_to(4, 5));
    reopen();
    EXPECT_EQ(read_all(*spool, 4).sequences, from_to(4, 5));
}

TEST_F(DamageTest, AReadThatFailsIsTriedAgainAndMovesNothing) {
    open();
    append_many(14);
    int failures = 3;
    disk->fault_for = [&](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (operation.kind != Kind::read || failures-- <= 0) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::io_error)};
    };
    ReadPosition position(1);

    EXPECT_EQ(spool->read(position, 4096).error, boost::system::errc::io_error);

    EXPECT_EQ(position.next(), 1U);
    const auto all = read_all(*spool, 1);
    EXPECT_EQ(all.sequences, from_to(1, 14));
}

TEST_F(DamageTest, APlaceThatCannotBeReadIsGivenUpInTheEnd) {
    open();
    append_many(14);
    disk->fault_for = [](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (operation.kind != Kind::read || operation.name != segment(6)) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::io_error)};
    };

    const auto all = read_all(*spool, 1);

    EXPECT_EQ(all.sequences, from_to(1, 14, 6, 10));
    expect_one_gap(all, 6, 10);
}

}  // namespace
}  // namespace conduitd::test
