#pragma once

#include "base/time.hpp"
#include "spool/amount.hpp"
#include "spool/record.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace conduitd {

// Records one behind the other, as they stand in a segment: what the session fills, the spool seals
// and writes, and sinks read. A frame is copied once, into here.
//
// Protocol: add() on the session's side; then the spool seals it, and from there on it is only
// read, by any number of threads.
class RecordBatch {
public:
    // `id` is zero when the frame has no message id. At most `spooled_frame_bytes_max` of frame.
    void add(std::string_view frame, WallTime received_at, const IdDigest& id);

    // Gives its records the sequences from `first` on, and their checksums.
    void seal(std::uint64_t first, std::uint64_t seed);

    // Appends a record that is sealed already; its sequence is that of the one before plus one.
    void add_sealed(const RecordView& record);

    // So many bytes of records are to come: to grow with them would copy each about twice.
    void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

    // For use anew; keeps the memory.
    void clear();

    [[nodiscard]] bool empty() const { return records_ == 0; }
    [[nodiscard]] std::size_t records() const { return records_; }
    [[nodiscard]] std::uint64_t first() const { return first_; }  // sequences, once sealed
    [[nodiscard]] std::uint64_t end() const { return first_ + records_; }
    [[nodiscard]] std::string_view bytes() const { return bytes_; }
    [[nodiscard]] Amount amount() const { return {records_, bytes_.size()}; }
    [[nodiscard]] std::uint64_t frame_bytes() const {
        return bytes_.size() - records_ * record_head_bytes;
    }
    [[nodiscard]] WallTime since() const { return since_; }  // first and last time received
    [[nodiscard]] WallTime until() const { return until_; }

    // Calls `take` with each record (RecordView, into this batch) from sequence `from` on, as long
    // as it returns true.
    template <class Take>
    void each(std::uint64_t from, Take take) const;

private:
    [[nodiscard]] RecordView view_at(std::size_t offset) const;

    std::string bytes_;
    std::size_t records_ = 0;
    std::uint64_t first_ = 0;
    WallTime since_{};
    WallTime until_{};
};

template <class Take>
void RecordBatch::each(std::uint64_t from, Take take) const {
    for (std::size_t offset = 0; offset < bytes_.size();) {
        const RecordView record = view_at(offset);
        if (record.sequence >= from && !take(record)) return;
        offset += record.bytes();
    }
}

}  // namespace conduitd
