#include "spool/spool.hpp"

#include "spool/error.hpp"
#include "spool/spool_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = SimulatedDisk::Operation::Kind;

TEST_F(SpoolTest, ReadsWhatWasAppendedInOrder) {
    open();

    append({"a", "b"});
    append({"c"});

    const auto all = read_all(*spool, 1);
    EXPECT_THAT(all.frames, ElementsAre("a", "b", "c"));
    EXPECT_THAT(all.sequences, ElementsAre(1, 2, 3));
    EXPECT_THAT(published, ElementsAre("a", "b", "c"));
    EXPECT_THAT(all.gaps, IsEmpty());
}

TEST_F(SpoolTest, RecordsOutliveACleanEndAndNumbersGoOn) {
    open();
    append({"a", "b"});

    ASSERT_FALSE(spool->close(now));
    reopen();
    append({"c"});

    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b", "c"));
    EXPECT_THAT(read_all(*spool, 1).sequences, ElementsAre(1, 2, 3));
    EXPECT_THAT(complaints.lines, IsEmpty());
}

TEST_F(SpoolTest, NumbersJumpToTheNextBlockAfterAKill) {
    open();
    append({"a", "b"});

    reopen();
    append({"c"});

    const auto all = read_all(*spool, 1);
    EXPECT_THAT(all.frames, ElementsAre("a", "b", "c"));
    EXPECT_THAT(all.sequences, ElementsAre(1, 2, 1 + sequences_reserved));
    EXPECT_THAT(all.gaps, IsEmpty());
    EXPECT_THAT(complaints.lines, IsEmpty());
}

TEST_F(SpoolTest, StartsThatWriteNothingLeaveNoSegments) {
    open();
    append({"a"});
    for (int i = 0; i < 5; ++i) reopen();

    append({"b"});

    const auto all = read_all(*spool, 1);
    EXPECT_THAT(all.frames, ElementsAre("a", "b"));
    EXPECT_EQ(all.sequences[1], 1 + 5 * sequences_reserved);
    EXPECT_THAT(all.gaps, IsEmpty());
    EXPECT_EQ(segments().size(), 2U);
}

TEST_F(SpoolTest, ACleanEndWithoutRecordsAfterAKillLosesNothing) {
    open();
    append({"a"});
    reopen();
    ASSERT_FALSE(spool->close(now));
    reopen();

    append({"b"});

    const auto all = read_all(*spool, 1);
    EXPECT_THAT(all.frames, ElementsAre("a", "b"));
    EXPECT_THAT(all.gaps, IsEmpty());
}

TEST_F(SpoolTest, ReadsAcrossSegmentsWhateverTheReadSize) {
    open();
    std::vector<std::string> frames;
    for (int i = 0; i < 40; ++i) {
        frames.push_back("frame " + std::to_string(i));
        append({frames.back()});
    }
    ASSERT_GT(segments().size(), 3U);

    for (const std::size_t bytes : {1, 60, 700, 1 << 20}) {
        EXPECT_EQ(read_all(*spool, 1, bytes).frames, frames) << bytes;
    }
    EXPECT_EQ(read_all(*spool, 31).frames.front(), frames[30]);
}

TEST_F(SpoolTest, AlwaysShowsNothingThatIsNotSynced) {
    open();

    append_only({"a"});

    EXPECT_EQ(spool->visible_end(), 1U);
    EXPECT_THAT(published, IsEmpty());
    EXPECT_THAT(read_all(*spool, 1).frames, IsEmpty());
    spool->commit(now);
    EXPECT_EQ(spool->visible_end(), 2U);
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a"));
}

TEST_F(SpoolTest, OneSyncCommitsAllThatWasAppended) {
    open();
    int syncs = 0;
    disk->on_operation = [&syncs](const auto& operation) { syncs += operation.kind == Kind::sync; };

    for (int i = 0; i < 5; ++i) append_only({"a"});
    spool->commit(now);

    EXPECT_EQ(syncs, 1);
    EXPECT_EQ(spool->visible_end(), 6U);
}

TEST_F(SpoolTest, IntervalShowsAtOnceAndSyncsWhenItIsOver) {
    options.sync = SyncPolicy::interval;
    open();
    int syncs = 0;
    disk->on_operation = [&syncs](const auto& operation) { syncs += operation.kind == Kind::sync; };

    append({"a"});
    append({"b"});

    EXPECT_THAT(published, ElementsAre("a", "b"));
    EXPECT_EQ(syncs, 0);
    EXPECT_EQ(spool->deadline(), now.monotonic + options.sync_interval);
    pass(options.sync_interval);
    EXPECT_EQ(syncs, 1);
    EXPECT_GT(spool->deadline(), now.monotonic + options.sync_interval);
}

TEST_F(SpoolTest, IntervalSyncsEarlyWhenMuchWaits) {
    options.sync = SyncPolicy::interval;
    options.unsynced_bytes_max = 200;
    open();
    int syncs = 0;
    disk->on_operation = [&syncs](const auto& operation) { syncs += operation.kind == Kind::sync; };

    append({std::string(250, 'x')});

    EXPECT_EQ(syncs, 1);
}

TEST_F(SpoolTest, NeverSyncsNothingButHeadersAndTheEnd) {
    options.sync = SyncPolicy::none;
    open();
    std::vector<std::string> synced;
    disk->on_operation = [&synced](const auto& operation) {
        if (operation.kind == Kind::sync) synced.push_back(operation.name);
    };

    for (int i = 0; i < 12; ++i) append({"a"});
    pass(std::chrono::seconds(1));

    EXPECT_EQ(published.size(), 12U);
    EXPECT_THAT(synced, ElementsAre("00000000000000000011.seg.new"));
    ASSERT_FALSE(spool->close(now));
    EXPECT_EQ(synced.size(), 2U);
}

TEST_F(SpoolTest, ASecondWriterIsToldWhoHoldsTheFolder) {
    open();
    const auto first = std::move(spool);

    open();

    EXPECT_EQ(open_error, SpoolError::locked);
    EXPECT_EQ(open_reason, "pid 4242: another process writes this spool");
}

TEST_F(SpoolTest, AFolderThatCannotBeWrittenIsRefusedAtTheStart) {
    disk->fault_for = [](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        if (operation.kind != Kind::create) return std::nullopt;
        return SimulatedDisk::Fault{make_error_code(boost::system::errc::read_only_file_system)};
    };

    open();

    EXPECT_FALSE(spool);
    EXPECT_EQ(open_error, boost::system::errc::read_only_file_system);
}

TEST_F(SpoolTest, ShortReadsAndWritesAreGoneOnWith) {
    disk->fault_for = [](const auto& operation) -> std::optional<SimulatedDisk::Fault> {
        const bool can_be_short = operation.kind == Kind::write || operation.kind == Kind::read;
        if (!can_be_short || operation.bytes <= 7) return std::nullopt;
        return SimulatedDisk::Fault{{}, 7};
    };
    open();
    for (int i = 0; i < 12; ++i) append({"a", "b"});

    reopen();

    EXPECT_EQ(read_all(*spool, 1).frames.size(), 24U);
    EXPECT_THAT(complaints.lines, IsEmpty());
}

}  // namespace
}  // namespace conduitd::test
