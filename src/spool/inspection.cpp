#include "spool/inspection.hpp"

#include "spool/error.hpp"
#include "spool/file_calls.hpp"
#include "spool/file_name.hpp"
#include "spool/ids_file.hpp"
#include "spool/losses.hpp"
#include "spool/options.hpp"
#include "spool/segment_header.hpp"
#include "spool/segment_walk.hpp"

#include <algorithm>

namespace conduitd {
namespace {

bool is_gone(ErrorCode error) {
    return error == boost::system::errc::no_such_file_or_directory;
}

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
        // Documents first: a cursor may say which spool it is where a header does not, and none is
        // ahead of the segments that are there later.
        auto error = look_at_documents();
        if (!error) error = look_at_segments();
        if (!error) error = judge_missing();
        if (!error) note_missing_end();
        return error;
    }

    Result<std::vector<std::string>> list() {
        auto names = files_.list();
        if (names) std::sort(names->begin(), names->end());
        return names;
    }

    ErrorCode look_at_documents() {
        const auto names = list();
        if (!names) return names.error();
        for (const auto& name : *names) {
            const auto parsed = parse_file_name(name);
            if (!parsed) continue;
            out_.has_files = true;
            out_.file = name;
            const auto error = look_at_document(name, *parsed);
            if (error && !is_gone(error)) return error;
        }
        return {};
    }

    ErrorCode look_at_document(const std::string& name, const FileName& parsed) {
        switch (parsed.kind) {
            case FileName::Kind::ids:
                return look_at_ids(name);
            case FileName::Kind::cursor:
                return look_at_cursor(name, parsed.consumer);
            case FileName::Kind::losses:
                return look_at_losses(name);
            case FileName::Kind::segment:
            case FileName::Kind::unfinished:
                return {};
        }
        return {};
    }

    ErrorCode look_at_ids(const std::string& name) {
        const auto text = read_whole(files_, name, ids_file_bytes_max);
        if (!text) return text.error();
        const auto ids = decode_ids(*text);
        if (!ids) return take_damaged(name, ids.error());
        if (encode_ids(*ids) != *text) out_.damaged_files.push_back(name);
        return take_id(ids->spool_id);
    }

    ErrorCode look_at_cursor(const std::string& name, const std::string& consumer) {
        const auto text = read_whole(files_, name, small_file_bytes_max);
        if (!text) return text.error();
        const auto cursor = decode_cursor(*text);
        out_.cursors.push_back({consumer, std::nullopt});
        if (!cursor) return take_damaged(name, cursor.error());
        if (encode_cursor(*cursor) != *text) out_.damaged_files.push_back(name);
        out_.cursors.back().cursor = *cursor;
        newest_ = std::max(newest_, cursor->seen_at);
        return take_id(cursor->spool_id);
    }

    ErrorCode look_at_losses(const std::string& name) {
        const auto text = read_whole(files_, name, small_file_bytes_max);
        if (!text) return text.error();
        const auto decoded = Losses::decode(*text);
        if (!decoded) return take_damaged(name, decoded.error());
        if (decoded->losses.encode(decoded->spool_id) != *text) out_.damaged_files.push_back(name);
        return take_id(decoded->spool_id);
    }

    ErrorCode take_damaged(const std::string& name, ErrorCode error) {
        if (error != SpoolError::damaged) return error;
        out_.damaged_files.push_back(name);
        return {};
    }

    ErrorCode look_at_segments() {
        const auto names = list();
        if (!names) return names.error();
        for (const auto& name : *names) {
            const auto parsed = parse_file_name(name);
            if (!parsed || parsed->kind != FileName::Kind::segment) continue;
            out_.file = name;
            const auto error = look_at_segment(name, parsed->first_sequence);
            if (error && !is_gone(error)) return error;
            is_last_gone_ = is_gone(error);
            // It was passed meanwhile, with all before it: that is no loss.
            if (is_last_gone_) expected_ = 0;
        }
        return {};
    }

    // Before the first segment, and what was dropped elsewhere. Cursors and losses are read once
    // more: a segment goes only once one of them says why.
    ErrorCode judge_missing() {
        if (!front_follows_) return {};
        const auto names = list();
        if (!names) return names.error();
        auto acked_by_all = UINT64_MAX;
        Losses losses;
        for (const auto& name : *names) {
            const auto parsed = parse_file_name(name);
            if (!parsed) continue;
            const auto text =
                parsed->kind == FileName::Kind::cursor || parsed->kind == FileName::Kind::losses
                    ? read_whole(files_, name, small_file_bytes_max)
                    : Result<std::string>(std::string());
            if (!text) continue;
            if (const auto cursor = decode_cursor(*text); cursor && holds_segments(*cursor)) {
                acked_by_all = std::min(acked_by_all, cursor->acked);
            }
            if (auto decoded = Losses::decode(*text)) losses = std::move(decoded->losses);
        }
        std::erase_if(out_.missing,
                      [&losses](const SpoolGap& gap) { return losses.has(gap.first, gap.last); });
        const bool is_missing = acked_by_all < *front_follows_;
        if (!is_missing || losses.has(acked_by_all + 1, *front_follows_)) return {};
        out_.missing.insert(out_.missing.begin(), {.first = acked_by_all + 1,
                                                   .last = *front_follows_,
                                                   .reason = SpoolGapReason::damaged});
        return {};
    }

    [[nodiscard]] bool holds_segments(const Cursor& cursor) const {
        return cursor.seen_at + SpoolOptions{}.consumer_ttl >= newest_;
    }

    // Behind the last segment, as far as cursors say that there were records. One right before the
    // numbers that may be given out next passed none.
    void note_missing_end() {
        if (is_last_gone_) return;
        std::uint64_t end = 1;
        bool has_end_mark = false;
        if (!out_.segments.empty()) {
            end = out_.segments.back().end;
            has_end_mark = out_.segments.back().has_end_mark;
        }
        auto known = end - 1;
        for (const auto& [consumer, cursor] : out_.cursors) {
            if (!cursor || (!has_end_mark && cursor->acked + 1 == reserved_end_)) continue;
            known = std::max(known, cursor->acked);
        }
        expected_ = end;
        note_missing(known + 1);
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
        segment.is_header_whole = header && encode_segment_header(*header) == head;
        segment.first = segment.end = first;
        segment.bytes = *size;
        if (header) {
            if (const auto error = take_id(header->spool_id)) return error;
            note_missing(header->follows + 1);
            if (out_.segments.empty()) front_follows_ = header->follows;
            reserved_end_ = header->reserved_end;
            newest_ = std::max(newest_, header->created_at);
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
        SegmentWalk walk(file,
                         {seed, segment.first, UINT64_MAX, segment_header_bytes, segment.bytes});
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
        newest_ = std::max(newest_, record.received_at);
        segment.end = expected_ = record.sequence + 1;
        ++segment.records;
        take_(record);
    }

    FileSystem& files_;
    const std::function<void(const RecordView&)>& take_;
    std::uint64_t expected_ = 0;  // the sequence that should come next; 0 at the beginning
    std::optional<std::uint64_t> front_follows_;  // before the first segment
    std::uint64_t reserved_end_ = 0;              // by the last header
    bool is_last_gone_ = false;                   // the last segment is not there any more
    WallTime newest_{};                           // of all times in the files
    Inspection out_;
};

}  // namespace

bool Inspection::is_whole() const {
    if (error || !missing.empty() || !damaged_files.empty()) return false;
    return std::all_of(segments.begin(), segments.end(), [this](const InspectedSegment& segment) {
        const bool is_last = &segment == &segments.back();
        return segment.is_header_whole && segment.damaged_bytes == 0 &&
               (segment.tail_bytes == 0 || is_last);
    });
}

Inspection inspect(FileSystem& files, const std::function<void(const RecordView&)>& take) {
    return Inspector(files, take).run();
}

}  // namespace conduitd
