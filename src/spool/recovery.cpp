#include "spool/recovery.hpp"

#include "spool/error.hpp"
#include "spool/file_calls.hpp"
#include "spool/file_name.hpp"
#include "spool/ids_file.hpp"
#include "spool/options.hpp"
#include "spool/segment_header.hpp"
#include "spool/segment_walk.hpp"

#include <algorithm>

namespace conduitd {
namespace {

// A segment file as it was found.
struct FoundSegment {
    std::uint64_t first = 0;              // by its name
    std::uint64_t bytes = 0;              // of the file
    std::optional<SegmentHeader> header;  // empty when damaged
    std::optional<WallTime> since;        // of the first record
};

class Recovery {
public:
    Recovery(FileSystem& files, const SpoolId& fresh_id, const Log& log)
        : files_(files), log_(log), fresh_id_(fresh_id) {}

    RecoveryAnswer run() {
        auto error = look();
        if (!error) {
            file_.clear();
            out_.spool_id = spool_id_.value_or(fresh_id_);
            remove_unfinished();
            error = make_segments();
        }
        if (error) return {std::nullopt, error, file_};
        number_next();
        return {std::move(out_), {}, {}};
    }

private:
    // Reads without changing anything.
    ErrorCode look() {
        auto names = files_.list();
        if (!names) return names.error();
        std::sort(names->begin(), names->end());
        // Ids last: those that are there already say which spool it is with a checksum.
        std::stable_partition(names->begin(), names->end(), [](const std::string& name) {
            const auto parsed = parse_file_name(name);
            return !parsed || parsed->kind != FileName::Kind::ids;
        });
        for (const auto& name : *names) {
            const auto parsed = parse_file_name(name);
            if (!parsed) continue;
            file_ = name;
            if (const auto error = look_at(name, *parsed)) return error;
        }
        return {};
    }

    ErrorCode look_at(const std::string& name, const FileName& parsed) {
        switch (parsed.kind) {
            case FileName::Kind::segment:
                return look_at_segment(name, parsed.first_sequence);
            case FileName::Kind::ids:
                return look_at_ids(name, parsed.first_sequence);
            case FileName::Kind::cursor:
                return look_at_cursor(name, parsed.consumer);
            case FileName::Kind::losses:
                return look_at_losses(name);
            case FileName::Kind::unfinished:
                unfinished_.push_back(name);
                return {};
        }
        return {};
    }

    ErrorCode look_at_segment(const std::string& name, std::uint64_t first) {
        const auto file = files_.open(name, FileSystem::Mode::read);
        if (!file) return file.error();
        const auto size = (*file)->size();
        if (!size) return size.error();
        std::string head(segment_header_bytes + record_head_bytes, '\0');
        const auto count = read_fully(**file, 0, head);
        if (!count) return count.error();
        head.resize(*count);

        FoundSegment found{first, *size, std::nullopt, std::nullopt};
        const auto header = decode_segment_header(head);
        if (header && header->first == first) {
            if (!is_of_this_spool(header->spool_id)) return SpoolError::foreign_file;
            found.header = *header;
        } else if (!header && header.error() != SpoolError::damaged) {
            return header.error();
        }
        if (head.size() == segment_header_bytes + record_head_bytes) {
            // Not checked, and not relied upon: a time for people.
            found.since =
                view_of_record(std::string_view(head).substr(segment_header_bytes)).received_at;
        }
        segments_.push_back(found);
        return {};
    }

    // There may be many, and large ones: only those with an odd head are read through here.
    ErrorCode look_at_ids(const std::string& name, std::uint64_t first) {
        const auto file = files_.open(name, FileSystem::Mode::read);
        if (!file) return file.error();
        std::string head(document_head_bytes, '\0');
        const auto count = read_fully(**file, 0, head);
        if (!count) return count.error();
        head.resize(*count);
        bool& is_whole = out_.ids_files[first];
        is_whole = true;
        if (!spool_id_ || !is_document_head(DocumentKind::ids, *spool_id_, head)) {
            const auto text = read_whole(files_, name, ids_file_bytes_max);
            if (!text) return text.error();
            const auto ids = decode_ids(*text);
            if (ids && !is_of_this_spool(ids->spool_id)) return SpoolError::foreign_file;
            if (!ids && ids.error() != SpoolError::damaged) return ids.error();
            is_whole = ids.has_value();
        }
        return {};
    }

    ErrorCode look_at_cursor(const std::string& name, const std::string& consumer) {
        const auto text = read_whole(files_, name, small_file_bytes_max);
        if (!text) return text.error();
        const auto cursor = decode_cursor(*text);
        if (!cursor) return take_if_damaged(cursor.error(), "what a consumer had is forgotten");
        if (!is_of_this_spool(cursor->spool_id)) return SpoolError::foreign_file;
        out_.cursors[consumer] = *cursor;
        return {};
    }

    ErrorCode look_at_losses(const std::string& name) {
        const auto text = read_whole(files_, name, small_file_bytes_max);
        if (!text) return text.error();
        auto decoded = Losses::decode(*text);
        if (!decoded) return take_if_damaged(decoded.error(), "what was dropped is forgotten");
        if (!is_of_this_spool(decoded->spool_id)) return SpoolError::foreign_file;
        out_.losses = std::move(decoded->losses);
        return {};
    }

    ErrorCode take_if_damaged(ErrorCode error, std::string_view consequence) const {
        if (error != SpoolError::damaged) return error;
        log_.error("a file of the spool is damaged", {{"file", file_}, {"so", consequence}});
        return {};
    }

    bool is_of_this_spool(const SpoolId& id) {
        if (!spool_id_) spool_id_ = id;
        return *spool_id_ == id;
    }

    void remove_unfinished() {
        for (const auto& name : unfinished_) {
            if (const auto error = files_.remove(name)) {
                log_.warn("an unfinished file cannot be removed",
                          {{"file", name}, {"reason", error.message()}});
            }
        }
    }

    ErrorCode make_segments() {
        for (std::size_t i = 0; i < segments_.size(); ++i) {
            const bool is_last = i + 1 == segments_.size();
            const auto& next_header = is_last ? std::nullopt : segments_[i + 1].header;
            if (const auto error = make_segment(segments_[i], next_header)) return error;
        }
        return {};
    }

    ErrorCode make_segment(const FoundSegment& found,
                           const std::optional<SegmentHeader>& next_header) {
        file_ = segment_name(found.first);
        Segment segment;
        segment.first = found.first;
        segment.bytes = found.bytes;
        segment.follows = found.header ? found.header->follows : found.first - 1;
        segment.end = found.first;
        const auto ids_file = out_.ids_files.find(found.first);
        segment.has_ids_file = ids_file != out_.ids_files.end() && ids_file->second;
        segment.since = found.header ? found.header->created_at : WallTime();
        if (found.since) segment.since = *found.since;
        segment.until = segment.since;
        if (!out_.segments.empty()) out_.segments.back().until = segment.since;

        ended_cleanly_ = false;
        if (!found.header) {
            log_.error("the header of a segment is damaged", {{"file", file_}});
        }
        if (next_header) {
            segment.end = std::max(segment.first, next_header->follows + 1);
        } else if (const auto error = read_through(segment, found.header.has_value())) {
            return error;
        }
        // It had a record when its header was destroyed, so one is told as lost.
        if (!found.header && !segment.has_records()) ++segment.end;
        out_.segments.push_back(segment);
        reserved_end_ = std::max(reserved_end_, found.header ? found.header->reserved_end
                                                             : found.first + sequences_reserved);
        return {};
    }

    // Finds the last record, and cuts what is behind it; not where nothing says that it may go.
    ErrorCode read_through(Segment& segment, bool may_cut) {
        auto file = files_.open(file_, FileSystem::Mode::change);
        if (!file) return file.error();
        SegmentWalk walk(
            **file, {record_seed(out_.spool_id), segment.first, UINT64_MAX, segment_header_bytes});
        for (;;) {
            const auto expected = walk.expected();
            const auto found = walk.step();
            if (!found) return found.error();
            switch (*found) {
                case SegmentWalk::Found::record:
                    say_missing(expected, walk.record().sequence);
                    segment.end = walk.expected();
                    segment.until = walk.record().received_at;
                    continue;
                case SegmentWalk::Found::damage:
                    log_.error("a segment is damaged; what is readable behind it is kept",
                               {{"file", file_}, {"bytes", walk.skipped()}});
                    continue;
                case SegmentWalk::Found::end_mark:
                    say_missing(expected, walk.record().sequence);
                    segment.end = walk.expected();
                    ended_cleanly_ = true;
                    continue;
                case SegmentWalk::Found::torn_tail:
                    ended_cleanly_ = false;
                    if (may_cut) cut_tail(**file, segment, walk);
                    sync(**file);
                    return {};
                case SegmentWalk::Found::nothing:
                    sync(**file);
                    return {};
            }
        }
    }

    // What a killed process had not synced is readable, and not on the disk yet: later segments
    // will say that it is.
    void sync(File& file) const {
        if (const auto error = file.sync()) {
            log_.warn("the last segment cannot be synced: a loss of power may take records",
                      {{"file", file_}, {"reason", error.message()}});
        }
    }

    void say_missing(std::uint64_t expected, std::uint64_t sequence) const {
        if (sequence == expected) return;
        log_.error("records are lost",
                   {{"file", file_}, {"first", expected}, {"last", sequence - 1}});
    }

    void cut_tail(File& file, Segment& segment, const SegmentWalk& walk) const {
        const auto whole_bytes = walk.offset() - walk.skipped();
        log_.warn("the tail of a segment was not written whole, and is cut",
                  {{"file", file_}, {"bytes", walk.skipped()}, {"after", segment.end - 1}});
        // Where this fails the tail stays, and stays out of the way: what follows is written to
        // another segment.
        if (const auto error = file.truncate(whole_bytes)) {
            log_.warn("the tail cannot be cut", {{"file", file_}, {"reason", error.message()}});
            return;
        }
        segment.bytes = whole_bytes;
    }

    void number_next() {
        if (!out_.segments.empty()) {
            const Segment& last = out_.segments.back();
            out_.last_written = last.has_records() ? last.end - 1 : last.follows;
            out_.next_sequence = ended_cleanly_ ? last.end : std::max(last.end, reserved_end_);
            out_.was_cut_off = !ended_cleanly_;
        }
        for (const auto& segment : out_.segments) {
            if (segment.has_records()) out_.last_received_at = segment.until;
        }
        look_for_missing_end();
    }

    // Of segments that somebody deleted only cursors and ids may be left. All up to the highest of
    // them were given out; who is behind it is told of those that are not there. A loss may be told
    // with numbers that were never given among it, for it cannot be known which those are.
    void look_for_missing_end() {
        const auto end = out_.segments.empty() ? 1 : out_.segments.back().end;
        const auto known = highest_known();
        if (known < end) return;
        log_.error("the cursors are ahead of the records: segments are missing",
                   {{"first", end}, {"last", known}});
        out_.last_written = known;
        if (known >= out_.next_sequence) out_.next_sequence = known + sequences_reserved;
    }

    // A cursor right before where an unclean end lets the numbers go on passed no record there: its
    // consumer came when nothing was written yet.
    [[nodiscard]] std::uint64_t highest_known() const {
        std::uint64_t known = 0;
        for (const auto& [name, cursor] : out_.cursors) {
            if (cursor.acked + 1 != out_.next_sequence) known = std::max(known, cursor.acked);
        }
        if (!out_.ids_files.empty()) known = std::max(known, out_.ids_files.rbegin()->first);
        return known;
    }

    FileSystem& files_;
    const Log& log_;
    SpoolId fresh_id_;
    std::optional<SpoolId> spool_id_;
    std::string file_;  // that is looked at
    std::vector<FoundSegment> segments_;
    std::vector<std::string> unfinished_;
    bool ended_cleanly_ = false;
    std::uint64_t reserved_end_ = 0;
    Recovered out_;
};

}  // namespace

RecoveryAnswer recover(FileSystem& files, const SpoolId& fresh_id, const Log& log) {
    return Recovery(files, fresh_id, log).run();
}

}  // namespace conduitd
