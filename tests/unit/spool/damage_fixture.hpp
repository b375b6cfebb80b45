#pragma once

#include "spool/file_name.hpp"
#include "spool/segment_header.hpp"
#include "spool/spool_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace conduitd::test {

// A spool of five records of 100 bytes to a segment, for files that are not what was written.
class DamageTest : public SpoolTest {
protected:
    static constexpr std::size_t record_bytes = 100;

    // Of the record in its segment, from 0 on.
    static std::size_t offset_of(std::size_t record) {
        return segment_header_bytes + record * record_bytes;
    }
    static std::string segment(std::uint64_t first) { return segment_name(first); }

    void append_many(int count) {
        for (int i = 0; i < count; ++i) {
            auto frame = "#" + std::to_string(frames_appended + 1);
            frame.resize(record_bytes - record_head_bytes, '.');
            append({frame});
        }
    }
    // Leaves a folder with so many records and a clean end.
    void open_with(int count) {
        open();
        append_many(count);
        ASSERT_FALSE(spool->close(now));
        spool.reset();
    }

    static std::vector<std::uint64_t> from_to(std::uint64_t first, std::uint64_t last,
                                              std::uint64_t without_first = 0,
                                              std::uint64_t without_last = 0) {
        std::vector<std::uint64_t> sequences;
        for (auto i = first; i <= last; ++i) {
            if (i < without_first || i > without_last) sequences.push_back(i);
        }
        return sequences;
    }
    static void expect_one_gap(const ReadAll& all, std::uint64_t first, std::uint64_t last) {
        ASSERT_EQ(all.gaps.size(), 1U);
        EXPECT_EQ(all.gaps[0].first, first);
        EXPECT_EQ(all.gaps[0].last, last);
        EXPECT_EQ(all.gaps[0].reason, SpoolGapReason::damaged);
    }
};

}  // namespace conduitd::test
