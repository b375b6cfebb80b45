// Cursors and ids that are damaged, and files that are not ours.

#include "spool/cursor.hpp"
#include "spool/damage_fixture.hpp"
#include "spool/error.hpp"
#include "spool/ids_file.hpp"

#include <gmock/gmock.h>

#include <tuple>

namespace conduitd::test {
namespace {

class OddFilesTest : public DamageTest {};

TEST_F(OddFilesTest, ADamagedCursorStartsAgainAtTheOldest) {
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

TEST_F(OddFilesTest, DamagedIdsAreReadFromTheRecords) {
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

TEST_F(OddFilesTest, EmptiedIdsAreWrittenAnewWhenTheirSegmentGoes) {
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

TEST_F(OddFilesTest, DamagedIdsWithoutTheirSegmentAreSaid) {
    open_with(14);
    disk->erase(segment(1));
    disk->content("00000000000000000001.ids").back() ^= 1;

    open();
    spool->each_id(WallTime(), [](auto) {});

    EXPECT_TRUE(complaints.has("so=messages that came before may come twice"));
}

TEST_F(OddFilesTest, AForeignOrNewerFileIsRefusedAndNothingIsTouched) {
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

TEST_F(OddFilesTest, WhatIsNotOursIsLeftAlone) {
    disk->put("notes.txt", "mine");
    disk->put("a.cursor.new", "unfinished");

    open();

    EXPECT_TRUE(disk->has("notes.txt"));
    EXPECT_FALSE(disk->has("a.cursor.new"));
}

}  // namespace
}  // namespace conduitd::test
