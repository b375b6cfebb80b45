#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace conduitd {

// When records are brought to the disk; `spool/README.md` says what each survives.
enum class SyncPolicy {
    always,    // before any sink sees them
    interval,  // `sync_interval` after the first of them was written
    none,      // when the system does: the setting `never`
};

// What happens at each limit stands in `spool/README.md`.
struct SpoolOptions {
    std::uint64_t bytes_max = 1024ULL * 1024 * 1024;  // of all segments; at least two segments
    Duration age_max = Duration::zero();              // zero: none
    SyncPolicy sync = SyncPolicy::interval;
    Duration sync_interval = std::chrono::milliseconds(100);
    Duration consumer_ttl = std::chrono::hours(7 * 24);
    std::size_t consumers_max = 64;
    Duration dedupe_window =
        std::chrono::minutes(10);  // how long `.ids` files are of use; zero: not
    // Records that the disk did not take, or is not known to have taken.
    std::uint64_t memory_bytes_max = 64ULL * 1024 * 1024;
    // With `interval`: so many bytes are synced before the interval is over.
    std::uint64_t unsynced_bytes_max = 8ULL * 1024 * 1024;
    std::uint64_t segment_bytes = 0;  // zero: what suits `bytes_max`

    [[nodiscard]] bool keeps_ids() const { return dedupe_window > Duration::zero(); }

    // Small enough that dropping a segment drops little, large enough that there are not too many.
    [[nodiscard]] std::uint64_t segment_bytes_max() const {
        constexpr std::uint64_t kibibyte = 1024;
        if (segment_bytes != 0) return segment_bytes;
        return std::clamp(bytes_max / 64, 64 * kibibyte, 64 * kibibyte * kibibyte);
    }
};

// The two times of an instant: for deadlines, and for what is written down.
struct SpoolTime {
    TimePoint monotonic{};
    WallTime wall{};
};

// So many sequences a segment's header reserves. All that were given out must lie below the end of
// a block whose header is left, even when somebody deleted the segments behind it. Numbers stay
// exact in JavaScript (below 2^53) for half a billion unclean ends.
inline constexpr std::uint64_t sequences_reserved = std::uint64_t{1} << 24;

}  // namespace conduitd
