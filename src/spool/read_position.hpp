#pragma once

#include "spool/file_system.hpp"
#include "spool/segment.hpp"
#include "spool/segment_walk.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

namespace conduitd {

// Where one reader is, and what the spool needs to go on there without looking for the place.
class ReadPosition {
public:
    // Wants the record `next` first, which is at least 1.
    explicit ReadPosition(std::uint64_t next) : next_(next) {}

    // The sequence it wants; all before it was read or told as a gap.
    [[nodiscard]] std::uint64_t next() const { return next_; }

    // It got the records before `next` from memory. Positions do not go back.
    void skip_to(std::uint64_t next) {
        if (next > next_) next_ = next;
    }

private:
    friend class Spool;

    struct OpenSegment {
        OpenSegment(const Segment& segment, std::unique_ptr<File> opened,
                    const SegmentWalk::Start& start)
            : first(segment.first),
              incarnation(segment.incarnation),
              file(std::move(opened)),
              walk(*file, start) {}

        [[nodiscard]] bool is_of(const Segment& segment) const {
            return first == segment.first && incarnation == segment.incarnation;
        }

        std::uint64_t first;
        std::uint64_t incarnation;
        std::unique_ptr<File> file;
        SegmentWalk walk;
        std::uint64_t damaged_bytes = 0;  // since the last record
        bool is_record_waiting = false;   // the walk is at one that was not handed out
    };

    std::uint64_t next_;
    std::unique_ptr<OpenSegment> segment_;
    std::optional<WallTime> last_received_at_;
    int failures_ = 0;  // of reading, in a row
};

}  // namespace conduitd
