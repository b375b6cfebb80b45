#include "spool/file_name.hpp"

#include <gtest/gtest.h>

namespace conduitd {
namespace {

TEST(FileName, IsReadAsItIsMade) {
    using Kind = FileName::Kind;

    EXPECT_EQ(segment_name(1042), "00000000000000001042.seg");
    EXPECT_EQ(parse_file_name(segment_name(UINT64_MAX))->first_sequence, UINT64_MAX);
    EXPECT_EQ(parse_file_name(segment_name(7))->kind, Kind::segment);
    EXPECT_EQ(parse_file_name(ids_name(7))->kind, Kind::ids);
    EXPECT_EQ(parse_file_name(cursor_name("a.b"))->consumer, "a.b");
    EXPECT_EQ(parse_file_name(losses_name)->kind, Kind::losses);
    EXPECT_EQ(parse_file_name(unfinished_name(cursor_name("a")))->kind, Kind::unfinished);
}

TEST(FileName, WhatIsNotOursIsLeftAlone) {
    for (const auto* name :
         {"", ".", "..", "lock", "1.seg", "0000000000000000000x.seg", "00000000000000000000.seg",
          "99999999999999999999.seg", ".seg", ".cursor", "-a.cursor", "notes.new",
          "a.cursor.new.new", "x.txt", "00000000000000000001.seg~"}) {
        EXPECT_FALSE(parse_file_name(name)) << name;
    }
}

}  // namespace
}  // namespace conduitd
