#pragma once

#include "base/time.hpp"
#include "spool/document.hpp"

#include <cstdint>

namespace conduitd {

// What a segment says of itself, and of the one before it.
struct SegmentHeader {
    SpoolId spool_id{};
    std::uint64_t first = 0;         // sequence of its first record
    std::uint64_t follows = 0;       // the last one written before it; less than `first`
    std::uint64_t reserved_end = 0;  // none from here on has been given out
    WallTime created_at{};
};

inline constexpr std::size_t segment_header_bytes = document_overhead_bytes + 32;

[[nodiscard]] std::string encode_segment_header(const SegmentHeader& header);

// Errors: those of decode_document().
[[nodiscard]] Result<SegmentHeader> decode_segment_header(std::string_view bytes);

}  // namespace conduitd
