#include "spool/record.hpp"

#include "spool/record_batch.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

constexpr std::uint64_t seed = 42;

std::string make_record(std::string_view frame, std::uint64_t sequence = 7) {
    std::string bytes;
    append_unsealed_record(bytes, RecordKind::frame, WallTime(Duration(-5)), {1, 2, 3}, frame);
    seal_record(bytes.data(), sequence, seed);
    return bytes;
}

TEST(Record, ReadsBackWhatWasWritten) {
    const auto bytes = make_record("frame") + "more";

    const auto reading = read_record(bytes, seed);

    ASSERT_EQ(reading.state, RecordState::whole);
    EXPECT_EQ(reading.bytes, bytes.size() - 4);
    EXPECT_EQ(reading.record.kind, RecordKind::frame);
    EXPECT_EQ(reading.record.sequence, 7U);
    EXPECT_EQ(reading.record.received_at, WallTime(Duration(-5)));
    EXPECT_EQ(reading.record.id, (IdDigest{1, 2, 3}));
    EXPECT_EQ(reading.record.frame, "frame");
}

TEST(Record, EveryFlippedBitIsNoticed) {
    const auto whole = make_record("a frame");

    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        auto bytes = whole;
        bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
        EXPECT_NE(read_record(bytes, seed).state, RecordState::whole) << bit;
    }
}

TEST(Record, CutShortAnywhereItAsksForTheRest) {
    const auto whole = make_record("a frame");

    for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
        const auto reading = read_record(whole.substr(0, bytes), seed);
        EXPECT_EQ(reading.state, RecordState::cut_short);
        EXPECT_EQ(reading.bytes, bytes < record_head_bytes ? record_head_bytes : whole.size());
    }
}

TEST(Record, AnotherSpoolsRecordIsNone) {
    EXPECT_EQ(read_record(make_record("frame"), seed + 1).state, RecordState::damaged);
}

TEST(Record, IsFoundBehindAnything) {
    const auto record = make_record("frame");

    EXPECT_EQ(find_record("garbage" + record, 0), 7U);
    EXPECT_EQ(find_record("garbage" + record, 7), 7U);
    EXPECT_EQ(find_record("garbage" + record, 8), std::string_view::npos);
    EXPECT_EQ(find_record("", 0), std::string_view::npos);
}

TEST(RecordBatch, SealsWhatWasAddedWithOneSequenceEach) {
    RecordBatch batch;
    batch.add("a", WallTime(Duration(1)), {});
    batch.add("", WallTime(Duration(2)), {});
    batch.add("ccc", WallTime(Duration(3)), {});

    batch.seal(10, seed);

    EXPECT_EQ(batch.first(), 10U);
    EXPECT_EQ(batch.end(), 13U);
    EXPECT_EQ(batch.frame_bytes(), 4U);
    EXPECT_EQ(batch.since(), WallTime(Duration(1)));
    EXPECT_EQ(batch.until(), WallTime(Duration(3)));
    std::vector<std::string> frames;
    batch.each(11, [&frames](const RecordView& record) {
        frames.emplace_back(record.frame);
        return true;
    });
    EXPECT_EQ(frames, (std::vector<std::string>{"", "ccc"}));
}

TEST(RecordBatch, UsedAnewItKeepsItsMemory) {
    RecordBatch batch;
    batch.add(std::string(10'000, 'x'), {}, {});
    batch.seal(1, seed);
    const auto* const memory = batch.bytes().data();

    batch.clear();
    batch.add(std::string(10'000, 'y'), {}, {});

    EXPECT_EQ(batch.bytes().data(), memory);
    EXPECT_EQ(batch.records(), 1U);
}

}  // namespace
}  // namespace conduitd
