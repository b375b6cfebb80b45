#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace conduitd {

// Why records that the spool had are not there any more.
enum class SpoolGapReason : std::uint32_t {
    full = 1,         // the oldest went at the bound on bytes
    expired = 2,      // they went at the bound on age
    not_written = 3,  // the disk did not take them, and the memory for such is bounded
    damaged = 4,      // bytes of a file, or the whole file, are not what was written
    not_kept = 5,     // all others had them, and who comes for them was not to be waited for
};

[[nodiscard]] constexpr std::string_view name_of(SpoolGapReason reason) {
    switch (reason) {
        case SpoolGapReason::full:
            return "spool_full";
        case SpoolGapReason::expired:
            return "spool_expired";
        case SpoolGapReason::not_written:
            return "spool_not_written";
        case SpoolGapReason::damaged:
            return "spool_damaged";
        case SpoolGapReason::not_kept:
            return "spool_not_kept";
    }
    return "unknown";
}

// Records that had to go before the consumer took them.
struct SpoolGap {
    std::uint64_t first = 0;  // sequences, both included
    std::uint64_t last = 0;
    std::optional<std::uint64_t> bytes{};  // of their frames, at most; empty when not known
    // Between when they were received, as far as that is known.
    std::optional<WallTime> since{};
    std::optional<WallTime> until{};
    SpoolGapReason reason = SpoolGapReason::full;
};

}  // namespace conduitd
