#include "conduitd/last_bound.hpp"

#include "io/files.hpp"
#include "io/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

using namespace std::chrono_literals;
using How = LastBound::How;

constexpr WallTime noon = WallTime(1'700'000'000s);

class LastBoundFileTest : public testing::Test {
protected:
    [[nodiscard]] LastBoundFile file() const { return {folder_ / "", "blue"}; }
    void write(const std::string& text) const {
        ASSERT_FALSE(replace_file(folder_ / "last-bound-blue.json", text));
    }

private:
    test::TemporaryFolder folder_;
};

Gap gap_after(How how, std::optional<WallTime> spooled_at) {
    return gap_since({noon, how, "c0ffee", "auto", {3}}, spooled_at, TimePoint(100s), noon + 60s);
}

}  // namespace

TEST_F(LastBoundFileTest, KeepsWhatWasStored) {
    for (const auto how : {How::running, How::stopped, How::standing_by}) {
        ASSERT_FALSE(file().store({noon, how, "c0ffee", "auto", {3, 4, 5}, 7, "AgoQ"}));

        const auto last = file().load();

        ASSERT_TRUE(last);
        EXPECT_EQ(last->at, noon);
        EXPECT_EQ(last->how, how);
        EXPECT_EQ(last->conduit_id, "c0ffee");
        EXPECT_EQ(last->shard_id, "auto");
        EXPECT_EQ(last->shards, (ShardSet{3, 4, 5}));
        EXPECT_EQ(last->fleet, 7U);
        EXPECT_EQ(last->session_id, "AgoQ");
    }
}

TEST_F(LastBoundFileTest, HoldsNoShardWhereNoneIsNamed) {
    ASSERT_FALSE(file().store({noon, How::standing_by, "c0ffee", "auto", {}}));
    EXPECT_TRUE(file().load()->shards.empty());

    // As a version wrote it that did not know which they were.
    write(R"({"at":"2023-11-14T22:13:20Z","how":"running","conduit_id":"c","shard_id":"0"})");
    EXPECT_TRUE(file().load()->shards.empty());
    EXPECT_EQ(file().load()->shard_id, "0");

    write(R"({"at":"2023-11-14T22:13:20Z","how":"running","shards":"many"})");
    EXPECT_TRUE(file().load()->shards.empty());
}

// Rather a gap too much than one too few.
TEST_F(LastBoundFileTest, UnknownEndCountsAsADeath) {
    write(R"({"at":"2023-11-14T22:13:20Z","how":"flown"})");

    EXPECT_EQ(file().load()->how, How::running);
}

TEST_F(LastBoundFileTest, WhatCannotBeReadIsNoNote) {
    EXPECT_FALSE(file().load());
    for (const auto* const text : {"", "[]", "{", R"({"how":"running"})",
                                   R"({"at":"noon","how":"running"})", R"({"at":7,"how":8})"}) {
        write(text);
        EXPECT_FALSE(file().load()) << text;
    }
}

TEST(GapSince, StopIsExactAndDeathReachesBackToWhatWasKept) {
    EXPECT_EQ(gap_after(How::stopped, noon - 4s).since, TimePoint(40s));
    EXPECT_EQ(gap_after(How::stopped, {}).reason, GapReason::process_stopped);

    EXPECT_EQ(gap_after(How::running, noon - 4s).since, TimePoint(36s));
    EXPECT_EQ(gap_after(How::running, noon - 1h).since, TimePoint(40s) - 2 * last_bound_interval);
    EXPECT_EQ(gap_after(How::running, {}).since, TimePoint(40s));
    EXPECT_EQ(gap_after(How::running, {}).reason, GapReason::process_died);
}

}  // namespace conduitd
