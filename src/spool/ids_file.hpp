#pragma once

#include "base/time.hpp"
#include "spool/document.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// One message id for the dedupe window.
struct SpooledId {
    IdDigest id{};
    WallTime received_at{};
};

// The ids of a segment's records, oldest first; those without one are left out.
struct IdsFile {
    SpoolId spool_id{};
    std::uint64_t first = 0;  // the segment's
    std::vector<SpooledId> ids;
};

// None is larger: a segment has no so many records.
inline constexpr std::size_t ids_file_bytes_max = 256 * 1024 * 1024;

[[nodiscard]] std::string encode_ids(const IdsFile& file);

// Errors: those of decode_document().
[[nodiscard]] Result<IdsFile> decode_ids(std::string_view bytes);

}  // namespace conduitd
