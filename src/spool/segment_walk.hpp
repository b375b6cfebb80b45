#pragma once

#include "base/error.hpp"
#include "spool/file_system.hpp"
#include "spool/record.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace conduitd {

// Goes through the records of one segment, over damage too.
//
// A record is taken when its checksum fits and its sequence is the one expected, or, where that one
// is not, a later one below `end`. Where there is none, the walk looks byte by byte for the next;
// when there is none up to the end of the file, that is a torn tail. Which sequences went with
// damage shows in the record that follows, compared with expected(). Those from `end` on are not
// looked for: they are another segment's, or not to be seen yet.
class SegmentWalk {
public:
    struct Start {
        std::uint64_t seed = 0;      // record_seed()
        std::uint64_t sequence = 0;  // expected at `offset`
        std::uint64_t end = 0;
        std::uint64_t offset = 0;             // into the file
        std::uint64_t file_end = UINT64_MAX;  // what is behind it may be half written
    };

    // Nothing of `file` is read yet; it outlives the walk.
    SegmentWalk(const File& file, const Start& start);

    enum class Found {
        record,
        damage,     // skipped(): bytes that are no record, with a record behind them
        end_mark,   // of a clean stop, with the expected sequence
        torn_tail,  // skipped(): bytes up to the end of the file
        nothing,    // the end of the file, or `end`
    };
    // Errors: those of reading the file; another call tries again.
    [[nodiscard]] Result<Found> step();

    // The record or the end mark found last; its frame lives until the next step().
    [[nodiscard]] const RecordView& record() const { return record_; }
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

    // The sequence that should come, and where in the file, after what was found last.
    [[nodiscard]] std::uint64_t expected() const { return expected_; }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }

    // More may be seen than at the start.
    void raise_end(std::uint64_t end) { end_ = std::max(end_, end); }

private:
    // Sees to it that so many bytes from offset_ on are in the buffer, if the file has them.
    [[nodiscard]] ErrorCode look_ahead(std::size_t bytes);
    [[nodiscard]] std::string_view ahead() const;
    [[nodiscard]] Result<RecordReading> read_at_offset();
    [[nodiscard]] bool is_acceptable(const RecordReading& reading) const;
    [[nodiscard]] Result<Found> skip_damage();

    const File* file_;
    std::uint64_t seed_;
    std::uint64_t expected_;
    std::uint64_t end_;
    std::uint64_t file_end_;
    std::uint64_t offset_;
    bool is_behind_damage_ = false;
    std::uint64_t skipped_ = 0;
    RecordView record_;

    std::string buffer_;
    std::uint64_t buffer_offset_;   // in the file
    std::size_t buffer_bytes_ = 0;  // of it are filled
};

}  // namespace conduitd
