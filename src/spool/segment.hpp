#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <deque>

namespace conduitd {

// What the spool knows of a segment without opening its file.
struct Segment {
    std::uint64_t first = 0;    // sequence of its first record
    std::uint64_t follows = 0;  // last one written before it, as its header says
    std::uint64_t end = 0;      // behind its last record; `first` when it has none
    std::uint64_t bytes = 0;    // of the file
    WallTime since{};           // the first and the last of its records were received then
    WallTime until{};
    bool has_ids_file = false;
    std::uint64_t incarnation = 0;  // a rewritten segment has the name of the one it replaces

    [[nodiscard]] bool has_records() const { return end > first; }
};

// Oldest first.
using Segments = std::deque<Segment>;

}  // namespace conduitd
