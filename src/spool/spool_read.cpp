// Reading for a consumer that is behind what memory holds: from segments, and at their end from the
// batches that the disk has not taken. What is missing on the way is told in its place.

#include "spool/file_name.hpp"
#include "spool/segment_header.hpp"
#include "spool/spool.hpp"

#include <algorithm>

namespace conduitd {
namespace {

// A place that cannot be read is given up after so many attempts; the caller waits between them.
constexpr int read_attempts_max = 5;

}  // namespace

SpoolReading Spool::read(ReadPosition& position, std::size_t bytes) {
    SpoolReading out;
    while (position.next() < visible_end() && out.records.bytes().size() < bytes) {
        if (!read_on(position, bytes, out)) break;
    }
    return out;
}

// Each of the functions below is false when what was read so far must be handed out before more is
// read: the records of a batch follow each other, and a gap stands before them.

bool Spool::read_on(ReadPosition& position, std::size_t bytes, SpoolReading& out) {
    const auto next = position.next();
    const Segment* const segment = segment_at(next);
    if (segment != nullptr && next < segment->end) {
        return read_segment(*segment, position, bytes, out);
    }
    const auto following = std::find_if(segments_.begin(), segments_.end(),
                                        [next](const Segment& s) { return s.first > next; });
    if (following != segments_.end()) {
        return pass_over(position, following->follows + 1, following->first, out);
    }
    const RecordBatch* const batch = writer_->find_unwritten(next);
    const auto first = batch != nullptr ? batch->first() : visible_end();
    if (first > next) return pass_over(position, writer_->written_before(first) + 1, first, out);
    return read_memory(position, bytes, out);
}

// The last one that begins at the sequence or before it.
const Segment* Spool::segment_at(std::uint64_t sequence) const {
    const auto behind = std::upper_bound(
        segments_.begin(), segments_.end(), sequence,
        [](std::uint64_t wanted, const Segment& segment) { return wanted < segment.first; });
    return behind == segments_.begin() ? nullptr : &*(behind - 1);
}

// Goes to `next`. Before `lost_end` there were records; from there on none was ever written.
bool Spool::pass_over(ReadPosition& position, std::uint64_t lost_end, std::uint64_t next,
                      SpoolReading& out) {
    if (out.gap || !out.records.empty()) return false;
    const auto first = position.next_;
    const auto loss = losses_.first_between(first, next - 1);
    const bool was_removed = !loss && first < removed_end_;
    if (loss && first < *loss && first >= lost_end) {
        position.next_ = *loss;
        return true;
    }
    if (loss) lost_end = next;
    if (was_removed && removed_end_ < lost_end) lost_end = next = removed_end_;  // the rest is not
    if (first < lost_end) {
        out.gap = losses_.tell(first, lost_end - 1);
        if (was_removed) out.gap->reason = SpoolGapReason::not_kept;
    }
    position.next_ = next;
    return true;
}

bool Spool::read_memory(ReadPosition& position, std::size_t bytes, SpoolReading& out) const {
    const RecordBatch* const batch = writer_->find_unwritten(position.next());
    if (!out.records.empty() && out.records.end() != position.next()) return false;
    batch->each(position.next(), [&](const RecordView& record) {
        if (record.sequence >= visible_end() || out.records.bytes().size() >= bytes) return false;
        out.records.add_sealed(record);
        position.next_ = record.sequence + 1;
        return true;
    });
    return true;
}

bool Spool::read_segment(const Segment& segment, ReadPosition& position, std::size_t bytes,
                         SpoolReading& out) {
    if (!position.segment_ || !position.segment_->is_of(segment)) {
        auto file = files_->open(segment_name(segment.first), FileSystem::Mode::read);
        if (!file) return on_read_error(position, file.error(), out);
        position.segment_ = std::make_unique<ReadPosition::OpenSegment>(
            segment, std::move(*file),
            SegmentWalk::Start{seed_, segment.first, segment.end, segment_header_bytes});
    }
    auto& open = *position.segment_;
    const auto end = std::min(segment.end, visible_end());
    open.walk.raise_end(segment.end);
    while (position.next() < end && out.records.bytes().size() < bytes) {
        if (!open.is_record_waiting) {
            const auto found = open.walk.step();
            if (!found) return on_read_error(position, found.error(), out);
            using Found = SegmentWalk::Found;
            if (*found == Found::damage || *found == Found::torn_tail) {
                open.damaged_bytes += open.walk.skipped();
            }
            if (*found == Found::damage) continue;
            if (*found != Found::record) return give_up_rest(position, out);
        }
        const RecordView& record = open.walk.record();
        open.is_record_waiting = !take_record(position, open.damaged_bytes, record, out);
        if (open.is_record_waiting) return false;
        open.damaged_bytes = 0;
        position.failures_ = 0;
    }
    return true;
}

bool Spool::take_record(ReadPosition& position, std::uint64_t damaged_bytes,
                        const RecordView& record, SpoolReading& out) const {
    if (record.sequence < position.next_) return true;  // looking for the place
    const bool has_gap = record.sequence > position.next_;
    const bool follows = out.records.empty() || out.records.end() == record.sequence;
    if (!follows || (has_gap && out.gap)) return false;
    if (has_gap) {
        out.gap = SpoolGap{.first = position.next_,
                           .last = record.sequence - 1,
                           .bytes = damaged_bytes > 0 ? std::optional(damaged_bytes) : std::nullopt,
                           .since = position.last_received_at_,
                           .until = record.received_at,
                           .reason = SpoolGapReason::damaged};
    }
    out.records.add_sealed(record);
    position.next_ = record.sequence + 1;
    position.last_received_at_ = record.received_at;
    return true;
}

// The file of the segment ends before its records do.
bool Spool::give_up_rest(ReadPosition& position, SpoolReading& out) {
    if (out.gap || !out.records.empty()) return false;
    const auto damaged_bytes = position.segment_ ? position.segment_->damaged_bytes : 0;
    position.segment_.reset();
    position.failures_ = 0;
    const Segment& segment = *segment_at(position.next());
    // What is not on the disk for sure is in memory still, and is written anew.
    if (&segment == &segments_.back()) writer_->abandon_segment();
    const auto end = std::min(segment.end, visible_end());
    if (position.next() >= end) return true;
    // As the next segment's header has it, the records that a full disk did not take were here too.
    if (losses_.has(position.next(), end - 1)) return pass_over(position, end, end, out);
    log_->error(
        "a part of a segment cannot be read",
        {{"file", segment_name(segment.first)}, {"first", position.next()}, {"last", end - 1}});
    out.gap = SpoolGap{.first = position.next(),
                       .last = end - 1,
                       .bytes = std::nullopt,
                       .since = position.last_received_at_.value_or(segment.since),
                       .until = segment.until,
                       .reason = SpoolGapReason::damaged};
    if (damaged_bytes > 0) out.gap->bytes = damaged_bytes;
    position.next_ = end;
    return true;
}

bool Spool::on_read_error(ReadPosition& position, ErrorCode error, SpoolReading& out) {
    if (out.gap || !out.records.empty()) return false;
    const bool is_gone = error == boost::system::errc::no_such_file_or_directory;
    if (is_gone || ++position.failures_ >= read_attempts_max) {
        log_->error("a segment cannot be read", {{"reason", error.message()}});
        return give_up_rest(position, out);
    }
    out.error = error;
    return false;
}

}  // namespace conduitd
