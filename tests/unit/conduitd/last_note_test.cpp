#include "conduitd/last_note.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using How = LastBound::How;

constexpr WallTime ordered_at = WallTime(1'700'000'000s);

LastBound note_of(How how) {
    return {ordered_at, how, "c0ffee", "auto", {3}};
}

TEST(LastNote, OfAWorkerThatHadItsShardsSaysThatItWasStopped) {
    LastNote last;

    last.on_order(note_of(How::running), note_of(How::parked));

    EXPECT_EQ(last.note()->how, How::stopped);
    EXPECT_EQ(last.note()->at, ordered_at);
}

TEST(LastNote, OfWhatWasReadUntilItWasParkedBeginsAtTheOrder) {
    LastNote last;
    last.on_order(note_of(How::running), note_of(How::parked));

    last.on_parked(ordered_at + 2s);

    EXPECT_EQ(last.note()->how, How::parked);
    EXPECT_EQ(last.note()->at, ordered_at);
}

// The bug: such a worker left no note, and the next one told of a gap while the shard was read.
TEST(LastNote, OfWhatWasInDoubtBeginsWhereItWasParked) {
    LastNote last;
    last.on_order({}, note_of(How::parked));
    EXPECT_FALSE(last.note());

    last.on_parked(ordered_at + 2s);

    EXPECT_EQ(last.note()->how, How::parked);
    EXPECT_EQ(last.note()->at, ordered_at + 2s);
    EXPECT_EQ(last.note()->shards, (ShardSet{3}));
}

TEST(LastNote, IsNoneOfAWorkerThatNeverHadAShard) {
    LastNote last;
    last.on_order({}, {});

    last.on_parked(ordered_at);

    EXPECT_FALSE(last.note());
}

TEST(LastNote, OfAStandByStaysWhatItIs) {
    LastNote last;
    last.on_order(note_of(How::standing_by), note_of(How::parked));

    last.on_parked(ordered_at + 2s);

    EXPECT_EQ(last.note()->how, How::standing_by);
}

}  // namespace
}  // namespace conduitd
