// Files that are deleted, or cannot be read, under a spool that runs.

#include "spool/damage_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

class DamageAtWorkTest : public DamageTest {
protected:
    using Kind = SimulatedDisk::Operation::Kind;

    // On a disk of its own: three records that it has, in the first segment.
    void start_with_three(SyncPolicy policy) {
        spool.reset();
        disk = std::make_unique<SimulatedDisk>();
        complaints.lines.clear();
        frames_appended = 0;
        options.sync = policy;
        open();
        append_many(3);
        pass(options.sync_interval);
    }
    // After a kill, when their segment has gone.
    void expect_all_but_the_three(std::uint64_t last) {
        reopen();
        const auto all = read_all(*spool, 1);
        EXPECT_EQ(all.sequences, from_to(4, last));
        expect_one_gap(all, 1, 3);
    }
};

TEST_F(DamageAtWorkTest, ASegmentDeletedUnderARunningSpoolIsAGap) {
    open();
    append_many(14);
    disk->erase(segment(6));

    const auto all = read_all(*spool, 1);

    EXPECT_EQ(all.sequences, from_to(1, 14, 6, 10));
    expect_one_gap(all, 6, 10);
}

TEST_F(DamageAtWorkTest, TheSegmentThatIsWrittenMayBeDeletedAndTheNextRecordsAreKept) {
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

// The bug: whatever came until the segment was full went to a file that nobody would find. And with
// `never`, later than with the other policies.
TEST_F(DamageAtWorkTest, WhatComesAfterTheSegmentThatIsWrittenWasDeletedOutlivesAKill) {
    for (const auto policy : {SyncPolicy::always, SyncPolicy::interval, SyncPolicy::none}) {
        start_with_three(policy);
        disk->erase(segment(1));

        append_many(2);
        pass(options.sync_interval);
        EXPECT_TRUE(complaints.has("reason=somebody removed the file"));
        pass(std::chrono::seconds(1));
        append_many(1);

        expect_all_but_the_three(6);
    }
}

TEST_F(DamageAtWorkTest, ASegmentDeletedBeforeTheEndTakesNothingWithItThatIsInMemory) {
    for (const auto policy : {SyncPolicy::interval, SyncPolicy::none}) {
        start_with_three(policy);
        append_many(2);
        disk->erase(segment(1));

        EXPECT_FALSE(spool->close(now));

        expect_all_but_the_three(5);
    }
}

TEST_F(DamageAtWorkTest, AReadThatFailsIsTriedAgainAndMovesNothing) {
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

TEST_F(DamageAtWorkTest, APlaceThatCannotBeReadIsGivenUpInTheEnd) {
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
