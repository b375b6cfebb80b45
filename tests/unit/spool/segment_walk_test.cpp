#include "spool/segment_walk.hpp"

#include "spool/simulated_disk.hpp"

#include <gtest/gtest.h>

namespace conduitd::test {
namespace {

using Found = SegmentWalk::Found;
using Kind = SimulatedDisk::Operation::Kind;

constexpr std::uint64_t seed = 99;

std::string record(std::uint64_t sequence, std::size_t frame_bytes = 10,
                   RecordKind kind = RecordKind::frame) {
    std::string bytes;
    append_unsealed_record(bytes, kind, {}, {}, std::string(frame_bytes, '.'));
    seal_record(bytes.data(), sequence, seed);
    return bytes;
}

class SegmentWalkTest : public ::testing::Test {
protected:
    SegmentWalk walk_over(const std::string& content, std::uint64_t end = UINT64_MAX) {
        disk.put("a", content);
        file = std::move(*disk.open("a", FileSystem::Mode::read));
        return {*file, {seed, 1, end, 0}};
    }

    SimulatedDisk disk;
    std::unique_ptr<File> file;
};

TEST_F(SegmentWalkTest, GoesFromRecordToRecordUntilTheEnd) {
    auto walk = walk_over(record(1) + record(2, 0) + record(3, 0, RecordKind::end));

    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.record().sequence, 1U);
    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.record().frame, "");
    EXPECT_EQ(walk.step().value(), Found::end_mark);
    EXPECT_EQ(walk.expected(), 3U);
    EXPECT_EQ(walk.step().value(), Found::nothing);
}

TEST_F(SegmentWalkTest, StopsAtTheEndItIsGivenAndGoesOnWhenThatRises) {
    auto walk = walk_over(record(1) + record(2), 2);

    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.step().value(), Found::nothing);
    walk.raise_end(3);
    EXPECT_EQ(walk.step().value(), Found::record);
}

TEST_F(SegmentWalkTest, SeesWhatIsAppendedLater) {
    auto walk = walk_over(record(1));
    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.step().value(), Found::nothing);

    disk.content("a") += record(2);

    EXPECT_EQ(walk.step().value(), Found::record);
}

TEST_F(SegmentWalkTest, FindsTheNextRecordBehindDamageOfAnyLength) {
    // Around the size of what is read at a time, where a marker lies across its end.
    for (std::size_t bytes = 1; bytes < 300; bytes += 3) {
        for (const std::size_t more : {std::size_t{0}, std::size_t{256 * 1024 - 150}}) {
            auto walk = walk_over(record(1) + std::string(more, '\x01') +
                                  std::string(bytes, '\xf5') + record(4));
            EXPECT_EQ(walk.step().value(), Found::record);

            EXPECT_EQ(walk.step().value(), Found::damage);

            EXPECT_EQ(walk.skipped(), bytes + more);
            EXPECT_EQ(walk.step().value(), Found::record);
            EXPECT_EQ(walk.record().sequence, 4U);
        }
    }
}

TEST_F(SegmentWalkTest, DamageWithNothingBehindItIsATornTail) {
    auto walk = walk_over(record(1) + std::string(200, '\x01'));
    EXPECT_EQ(walk.step().value(), Found::record);

    EXPECT_EQ(walk.step().value(), Found::torn_tail);

    EXPECT_EQ(walk.skipped(), 200U);
    EXPECT_EQ(walk.step().value(), Found::nothing);
}

TEST_F(SegmentWalkTest, AnEarlierRecordIsNotTakenBehindALaterOne) {
    auto walk = walk_over(record(1) + record(2) + record(1) + record(3));
    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.step().value(), Found::record);

    EXPECT_EQ(walk.step().value(), Found::damage);

    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.record().sequence, 3U);
}

TEST_F(SegmentWalkTest, WhereBytesWereCutOutTheNextRecordComesAtOnce) {
    auto walk = walk_over(record(1) + record(5));
    EXPECT_EQ(walk.step().value(), Found::record);

    EXPECT_EQ(walk.step().value(), Found::record);

    EXPECT_EQ(walk.record().sequence, 5U);
}

TEST_F(SegmentWalkTest, ALengthThatGoesBeyondTheFileIsDamage) {
    auto broken = record(1, 100);
    broken[13] = 0x7f;  // in the number of bytes: 32 kB
    auto walk = walk_over(broken + record(2));

    EXPECT_EQ(walk.step().value(), Found::damage);
    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.record().sequence, 2U);
}

// A read that failed within damage left the walk in front of what it had in memory.
TEST_F(SegmentWalkTest, AReadThatFailsWithinDamageIsTriedAgain) {
    int reads = 0;
    disk.fault_for = [&reads](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (operation.kind != Kind::read || ++reads != 3) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::io_error)};
    };
    auto walk = walk_over(record(1) + std::string(600 * 1024, '\x01') + record(2));
    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_TRUE(walk.step().has_error());

    EXPECT_EQ(walk.step().value(), Found::damage);

    EXPECT_EQ(walk.skipped(), 600U * 1024);
    EXPECT_EQ(walk.step().value(), Found::record);
    EXPECT_EQ(walk.record().sequence, 2U);
}

}  // namespace
}  // namespace conduitd::test
