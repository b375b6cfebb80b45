#include "spool/segment_walk.hpp"

#include "spool/file_calls.hpp"

#include <algorithm>

namespace conduitd {
namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;

}  // namespace

SegmentWalk::SegmentWalk(const File& file, const Start& start)
    : file_(&file),
      seed_(start.seed),
      expected_(start.sequence),
      end_(start.end),
      file_end_(start.file_end),
      offset_(start.offset),
      buffer_offset_(start.offset) {}

Result<SegmentWalk::Found> SegmentWalk::step() {
    if (expected_ >= end_) return Found::nothing;
    const auto reading = read_at_offset();
    if (!reading) return reading.error();
    if (!is_acceptable(*reading)) {
        if (ahead().empty()) return Found::nothing;
        return skip_damage();
    }
    if (reading->record.sequence >= end_) return Found::nothing;
    record_ = reading->record;
    offset_ += reading->bytes;
    is_behind_damage_ = false;
    if (record_.kind == RecordKind::end) {
        expected_ = record_.sequence;
        return Found::end_mark;
    }
    expected_ = record_.sequence + 1;
    return Found::record;
}

bool SegmentWalk::is_acceptable(const RecordReading& reading) const {
    if (reading.state != RecordState::whole) return false;
    const auto sequence = reading.record.sequence;
    return is_behind_damage_ ? sequence >= expected_ : sequence == expected_;
}

// From here on a record may also be a later one than expected, even one right at offset_: bytes may
// have been cut out of the file.
Result<SegmentWalk::Found> SegmentWalk::skip_damage() {
    const auto start = offset_;
    is_behind_damage_ = true;
    for (;;) {
        const auto reading = read_at_offset();
        const auto error = reading ? look_ahead(record_head_bytes + 1) : reading.error();
        if (error) {
            offset_ = start;
            return error;
        }
        if (is_acceptable(*reading)) {
            skipped_ = offset_ - start;
            return skipped_ > 0 ? Result<Found>(Found::damage) : step();
        }
        if (ahead().size() <= record_head_bytes) break;
        const auto next = find_record(ahead(), 1);
        // A marker may lie across the end of what was read; it begins behind 8 bytes of checksum.
        offset_ += next != std::string_view::npos ? next : ahead().size() - 11;
    }
    offset_ += ahead().size();
    skipped_ = offset_ - start;
    return Found::torn_tail;
}

Result<RecordReading> SegmentWalk::read_at_offset() {
    if (const auto error = look_ahead(record_head_bytes)) return error;
    auto reading = read_record(ahead(), seed_);
    if (reading.state == RecordState::cut_short && reading.bytes > ahead().size()) {
        if (const auto error = look_ahead(reading.bytes)) return error;
        reading = read_record(ahead(), seed_);
    }
    return reading;
}

std::string_view SegmentWalk::ahead() const {
    return std::string_view(buffer_.data(), buffer_bytes_).substr(offset_ - buffer_offset_);
}

ErrorCode SegmentWalk::look_ahead(std::size_t bytes) {
    const bool is_in_buffer =
        offset_ >= buffer_offset_ && offset_ <= buffer_offset_ + buffer_bytes_;
    const auto kept = is_in_buffer ? ahead() : std::string_view();
    if (kept.size() >= bytes) return {};
    std::copy(kept.begin(), kept.end(), buffer_.begin());
    buffer_bytes_ = kept.size();
    buffer_offset_ = offset_;
    const auto wanted = std::max(bytes, chunk_bytes);
    if (buffer_.size() < wanted) buffer_.resize(wanted);
    const auto from = buffer_offset_ + buffer_bytes_;
    const auto room = std::min<std::uint64_t>(buffer_.size() - buffer_bytes_,
                                              file_end_ - std::min(from, file_end_));
    const auto count = read_fully(
        *file_, from, std::span(buffer_).subspan(buffer_bytes_, static_cast<std::size_t>(room)));
    if (!count) return count.error();
    buffer_bytes_ += *count;
    return {};
}

}  // namespace conduitd
