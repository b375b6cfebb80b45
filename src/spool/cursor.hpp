#pragma once

#include "base/time.hpp"
#include "spool/document.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace conduitd {

// How far a consumer has come, as its file keeps it.
struct Cursor {
    SpoolId spool_id{};
    std::uint64_t acked = 0;  // the consumer has everything up to here for good
    WallTime seen_at{};       // it was attached at that time, an hour more or less
};

[[nodiscard]] std::string encode_cursor(const Cursor& cursor);

// Errors: those of decode_document().
[[nodiscard]] Result<Cursor> decode_cursor(std::string_view bytes);

}  // namespace conduitd
