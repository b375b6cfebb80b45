// A disk that fails a call: what it did not take is written again.

#include "spool/trouble_fixture.hpp"

#include <gmock/gmock.h>

namespace conduitd::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST_F(TroubleTest, AFailedSyncBeginsASegmentWithWhatWasNotSynced) {
    open();
    append({"a"});
    fail(Kind::sync, errc::io_error);
    append({"b"});
    append({"c"});
    EXPECT_THAT(published, ElementsAre("a"));
    disk->fault_for = nullptr;

    pass_a_retry();

    EXPECT_THAT(published, ElementsAre("a", "b", "c"));
    EXPECT_THAT(segments(), ElementsAre("00000000000000000001.seg", "00000000000000000002.seg"));
    Random random(1);
    for (int i = 0; i < 20; ++i) {
        spool.reset();
        const auto left = disk->after_power_loss(random);
        const auto opening = Spool::open(*left, options, spool_id, now, log);
        EXPECT_THAT(read_all(*opening.spool, 1).frames, ElementsAre("a", "b", "c"));
        EXPECT_THAT(read_all(*opening.spool, 1).gaps, IsEmpty());
    }
}

TEST_F(TroubleTest, AFailedSyncOfAFirstRecordReplacesItsSegment) {
    open();
    fail(Kind::sync, errc::io_error);
    append({"a"});
    disk->fault_for = nullptr;

    pass_a_retry();
    append({"b"});

    EXPECT_THAT(published, ElementsAre("a", "b"));
    EXPECT_THAT(segments(), ElementsAre("00000000000000000001.seg"));
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b"));
    reopen();
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b"));
}

TEST_F(TroubleTest, WhatASinkReadBeforeAFailedSyncIsReadInTheSamePlaceAfterIt) {
    options.sync = SyncPolicy::interval;
    open();
    append({"a", "b"});
    ReadPosition position(1);
    EXPECT_EQ(spool->read(position, 1).records.records(), 1U);
    fail(Kind::sync, errc::io_error);
    pass(options.sync_interval);
    EXPECT_EQ(spool->visible_end(), 3U);

    const auto rest = spool->read(position, 4096);
    disk->fault_for = nullptr;
    pass_a_retry();

    EXPECT_EQ(rest.records.first(), 2U);
    EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b"));
}

TEST_F(TroubleTest, ATornWriteIsWrittenAgain) {
    for (const auto error : {errc::no_space_on_device, errc::io_error}) {
        for (std::size_t bytes = 0; bytes < 49; bytes += 6) {
            disk = std::make_unique<SimulatedDisk>();
            open();
            append({"a"});
            fail(Kind::write, error, bytes);
            append({"b"});
            disk->fault_for = nullptr;

            pass_a_retry();
            append({"c"});
            reopen();

            EXPECT_THAT(read_all(*spool, 1).frames, ElementsAre("a", "b", "c")) << bytes;
            EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());
            spool.reset();
        }
    }
}

TEST_F(TroubleTest, EveryCallOfARollMayFailAndNothingIsLost) {
    for (const auto kind :
         {Kind::create, Kind::write, Kind::sync, Kind::rename, Kind::sync_folder}) {
        disk = std::make_unique<SimulatedDisk>();
        open();
        std::vector<std::string> frames;
        const auto append_next = [&] {
            frames.push_back(std::string(80, static_cast<char>('a' + frames.size())));
            append({frames.back()});
        };
        while (segments().size() < 2) append_next();
        for (int i = 0; i < 3; ++i) append_next();
        fail(kind, errc::io_error);
        for (int i = 0; i < 3; ++i) append_next();
        EXPECT_TRUE(spool->status().trouble);
        disk->fault_for = nullptr;

        pass_a_retry();

        EXPECT_FALSE(spool->status().trouble);
        EXPECT_EQ(read_all(*spool, 1).frames, frames);
        reopen();
        EXPECT_EQ(read_all(*spool, 1).frames, frames);
        EXPECT_THAT(read_all(*spool, 1).gaps, IsEmpty());
        spool.reset();
    }
}

TEST_F(TroubleTest, TroubleIsSaidOnceAndItsEndToo) {
    open();
    fill_disk();
    for (int i = 0; i < 10; ++i) {
        append({"a"});
        pass_a_retry();
    }

    EXPECT_EQ(complaints.lines.size(), 1U);
}

TEST_F(TroubleTest, ACloseThatCannotSyncSaysSo) {
    options.sync = SyncPolicy::interval;
    open();
    append({"a"});
    append({"b"});
    fail(Kind::sync, errc::io_error);

    EXPECT_EQ(spool->close(now), errc::io_error);
    EXPECT_TRUE(complaints.has(" records=2 "));
}

TEST_F(TroubleTest, ACloseThatCannotWriteSaysSo) {
    options.sync = SyncPolicy::interval;
    open();
    fill_disk();
    append({"a"});

    EXPECT_EQ(spool->close(now), errc::no_space_on_device);
    EXPECT_TRUE(complaints.has("reason=No space left on device records=1 "));
}

}  // namespace
}  // namespace conduitd::test
