#include "spool/inspection.hpp"

#include "spool/error.hpp"
#include "spool/file_calls.hpp"
#include "spool/file_name.hpp"
#include "spool/segment_header.hpp"
#include "spool/segment_walk.hpp"

#include <algorithm>

namespace conduitd {
namespace {

constexpr std::size_t cursor_bytes_max = 4096;

class Inspector {
public:
    Inspector(FileSystem& files, const std::function<void(const RecordView&)>& take)
        : files_(files), take_(take) {}

    Inspection run() {
        out_.error = look_at_all();
        if (!out_.error) out_.file.clear();
        return std::move(out_);
    }

private:
    ErrorCode look_at_all() {
        auto names = files_.list();
        if (!names) return names.error();
        std::sort(names->begin(), names->end());
        std::vector<std::string> segments;
        for (const auto& name : *names) {
            const auto parsed = parse_file_name(name);
            if (!parsed) continue;
            out_.file = name;
            // Cursors first: they may say which spool it is where a header does not.
            if (parsed->kind == FileName::Kind::segment) segments.push_back(name);
            if (parsed->kind != FileName::Kind::cursor) continue;
            if (const auto error = look_at_cursor(name, parsed->consumer)) return error;
        }
        for (const auto& name : segments) {
            out_.file = name;
            const auto error = look_at_segment(name, parse_file_name(name)->first_sequence);
            // One that was passed meanwhile is no loss.
            if (error && error != boost::system::errc::no_such_file_or_directory) return error;
        }
        return {};
    }

    ErrorCode look_at_cursor(const std::string& name, const std::string& consumer) {
        const auto text = read_whole(files_, name, cursor_bytes_max);
        if (!text) return text.error();
        const auto cursor = decode_cursor(*text);
        if (!cursor && cursor.error() != SpoolError::damaged) return cursor.error();
        out_.cursors.push_back({consumer, std::nullopt});
        if (!cursor) return {};
        out_.cursors.back().cursor = *cursor;
        return take_id(cursor->spool_id);
    }

    ErrorCode take_id(const SpoolId& id) {
        if (!out_.spool_id) out_.spool_id = id;
        return *out_.spool_id == id ? ErrorCode() : ErrorCode(SpoolError::foreign_file);
    }

    ErrorCode look_at_segment(const std::string& name, std::uint64_t first) {
        const auto file = files_.open(name, FileSystem::Mode::read);
        if (!file) return file.error();
        const auto size = (*file)->size();
        if (!size) return size.error();
        std::string head(segment_header_bytes, '\0');
        const auto count = read_fully(**file, 0, head);
        if (!count) return count.error();
        head.resize(*count);
        const auto header = decode_segment_header(head);
        if (!header && header.error() != SpoolError::damaged) return header.error();

        InspectedSegment segment;
        segment.file = name;
        segment.is_header_whole = header.has_value();
        segment.first = segment.end = first;
        segment.bytes = *size;
        if (header) {
            if (const auto error = take_id(header->spool_id)) return error;
            note_missing(header->follows + 1);
        }
        const auto error = walk_over(**file, segment);
        expected_ = segment.end;
        out_.segments.push_back(segment);
        return error;
    }

    // Before `end` there were records, and those from `expected_` on were not found.
    void note_missing(std::uint64_t end) {
        if (expected_ == 0 || expected_ >= end) return;
        out_.missing.push_back(
            {.first = expected_, .last = end - 1, .reason = SpoolGapReason::damaged});
    }

    ErrorCode walk_over(const File& file, InspectedSegment& segment) {
        const auto seed = record_seed(out_.spool_id.value_or(SpoolId{}));
        SegmentWalk walk(file, {seed, segment.first, UINT64_MAX, segment_header_bytes});
        expected_ = segment.first;
        for (;;) {
            const auto found = walk.step();
            if (!found) return found.error();
            switch (*found) {
                case SegmentWalk::Found::record:
                    note_missing(walk.record().sequence);
                    add(segment, walk.record());
                    continue;
                case SegmentWalk::Found::end_mark:
                    note_missing(walk.record().sequence);
                    segment.end = walk.expected();
                    segment.has_end_mark = true;
                    continue;
                case SegmentWalk::Found::damage:
                    segment.damaged_bytes += walk.skipped();
                    continue;
                case SegmentWalk::Found::torn_tail:
                    segment.tail_bytes = walk.skipped();
                    continue;
                case SegmentWalk::Found::nothing:
                    return {};
            }
        }
    }

    void add(InspectedSegment& segment, const RecordView& record) {
        if (!segment.since) segment.since = record.received_at;
        segment.until = record.received_at;
        segment.end = expected_ = record.sequence + 1;
        ++segment.records;
        take_(record);
    }

    FileSystem& files_;
    const std::function<void(const RecordView&)>& take_;
    std::uint64_t expected_ = 0;  // the sequence that should come next; 0 at the beginning
    Inspection out_;
};

}  // namespace

bool Inspection::is_whole() const {
    if (error || !missing.empty()) return false;
    for (const auto& segment : segments) {
        const bool is_last = &segment == &segments.back();
        if (!segment.is_header_whole || segment.damaged_bytes > 0) return false;
        if (segment.tail_bytes > 0 && !is_last) return false;
    }
    return std::all_of(cursors.begin(), cursors.end(),
                       [](const InspectedCursor& cursor) { return cursor.cursor.has_value(); });
}

Inspection inspect(FileSystem& files, const std::function<void(const RecordView&)>& take) {
    return Inspector(files, take).run();
}

}  // namespace conduitd
