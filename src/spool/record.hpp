#pragma once

#include "base/time.hpp"
#include "spool/spool_id.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// One record of a segment as bytes; `spool/README.md` has the layout.
namespace conduitd {

inline constexpr std::size_t record_head_bytes = 48;

// More than any frame that a session lets through; what claims to be longer is damage.
inline constexpr std::size_t spooled_frame_bytes_max = 16 * 1024 * 1024;

enum class RecordKind {
    frame,
    end,  // the segment ended here by a clean stop; its sequence is the next one's
};

struct RecordView {
    RecordKind kind = RecordKind::frame;
    std::uint64_t sequence = 0;
    WallTime received_at{};
    IdDigest id{};
    std::string_view frame;  // into the bytes it was read from

    [[nodiscard]] std::size_t bytes() const { return record_head_bytes + frame.size(); }
};

// Keys the checksum of records, so that bytes of another spool, or made up by who sends frames, do
// not pass for a record.
[[nodiscard]] std::uint64_t record_seed(const SpoolId& spool_id);

// Appends the record with neither sequence nor checksum: seal_record() sets them, in place.
void append_unsealed_record(std::string& out, RecordKind kind, WallTime received_at,
                            const IdDigest& id, std::string_view frame);

// `record` points to a whole record. Returns its size.
std::size_t seal_record(char* record, std::uint64_t sequence, std::uint64_t seed);

enum class RecordState {
    whole,
    cut_short,  // it may be right as far as it goes; RecordReading::bytes says how much it needs
    damaged,
};

struct RecordReading {
    RecordState state = RecordState::damaged;
    std::size_t bytes = 0;  // of the whole record, or as much as must be there to go on
    RecordView record;      // when whole
};

// Reads the record that `bytes` begin with.
[[nodiscard]] RecordReading read_record(std::string_view bytes, std::uint64_t seed);

// The same of bytes that are known to be whole, without looking at the checksum.
[[nodiscard]] RecordView view_of_record(std::string_view bytes);

// Where the next record may begin, at or after `from`; npos when nowhere. It may begin so near the
// end of `bytes` that its marker is not in them: npos then too.
[[nodiscard]] std::size_t find_record(std::string_view bytes, std::size_t from);

}  // namespace conduitd
