#include "spool/segment_writer.hpp"

#include "base/ensure.hpp"
#include "spool/error.hpp"
#include "spool/file_calls.hpp"
#include "spool/file_name.hpp"
#include "spool/segment_header.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {
namespace {

constexpr Duration retry_interval = std::chrono::seconds(1);

bool is_disk_full(ErrorCode error) {
    return error == boost::system::errc::no_space_on_device;
}

void add_to(Segment& segment, const RecordBatch& batch) {
    if (!segment.has_records()) segment.since = batch.since();
    segment.until = batch.until();
    segment.end = batch.end();
    segment.bytes += batch.bytes().size();
}

}  // namespace

SegmentWriter::SegmentWriter(FileSystem& files, const SpoolOptions& options, const Start& start,
                             Segments& segments, Losses& losses, const Log& log)
    : files_(&files),
      options_(&options),
      spool_id_(start.spool_id),
      seed_(record_seed(start.spool_id)),
      segments_(&segments),
      losses_(&losses),
      log_(&log),
      next_sequence_(start.next_sequence),
      last_written_(start.last_written),
      secured_end_(start.next_sequence),
      visible_end_(start.next_sequence) {}

ErrorCode SegmentWriter::begin(SpoolTime now) {
    const auto error = start_segment(now);
    if (error && !is_disk_full(error)) return error;
    if (error) get_into_trouble(error, now);
    return {};
}

void SegmentWriter::append(std::shared_ptr<RecordBatch> batch, SpoolTime now) {
    if (batch->empty()) return;
    batch->seal(next_sequence_, seed_);
    next_sequence_ = batch->end();
    waiting_.append(std::move(batch));
    if (!trouble_) {
        if (const auto error = write_pending(now)) get_into_trouble(error, now);
    }
    limit_memory();
    publish();
}

void SegmentWriter::commit(SpoolTime now) {
    if (trouble_ || !has_unsecured()) return;
    const bool is_due =
        options_->sync == SyncPolicy::always || waiting_.bytes() >= options_->unsynced_bytes_max;
    if (!is_due) return;
    if (const auto error = secure_segment()) get_into_trouble(error, now);
    publish();
}

bool SegmentWriter::secure(SpoolTime now) {
    if (!trouble_ && file_) {
        if (const auto error = secure_segment()) get_into_trouble(error, now);
    }
    publish();
    return !trouble_;
}

void SegmentWriter::roll(SpoolTime now) {
    if (trouble_ || !file_ || !segments_->back().has_records()) return;
    if (const auto error = start_segment(now)) get_into_trouble(error, now);
    publish();
}

TimePoint SegmentWriter::deadline() const {
    return trouble_ ? retry_at_ : sync_at_;
}

void SegmentWriter::on_deadline(SpoolTime now) {
    if (trouble_) {
        if (now.monotonic >= retry_at_) try_again(now);
    } else if (now.monotonic >= sync_at_) {
        if (const auto error = secure_segment()) get_into_trouble(error, now);
    }
    publish();
}

void SegmentWriter::try_again(SpoolTime now) {
    auto error = write_pending(now);
    if (!error && !file_) error = start_segment(now);
    if (!error && has_unsecured()) error = secure_segment();
    if (error) {
        get_into_trouble(error, now);
        return;
    }
    log_->info("the disk takes records again");
    trouble_.reset();
    retry_at_ = never;
}

void SegmentWriter::get_into_trouble(ErrorCode error, SpoolTime now) {
    if (trouble_ != error) {
        log_->error("the disk does not take records: they wait in memory",
                    {{"reason", error.message()},
                     {"records_from", segments_->empty() ? 0 : segments_->back().end},
                     {"memory_bytes_max", options_->memory_bytes_max}});
    }
    trouble_ = error;
    retry_at_ = now.monotonic + retry_interval;
    sync_at_ = never;
    if (!is_disk_full(error)) abandon_segment();
}

ErrorCode SegmentWriter::close(SpoolTime now, bool with_end_mark) {
    auto error = write_pending(now);
    if (!error && file_ && file_->is_removed()) {
        abandon_segment();
        error = start_segment(now);
        if (!error) error = write_pending(now);
    }
    if (!error && file_ && with_end_mark) write_end_mark(now);
    const auto sync_error = file_ ? file_->sync() : ErrorCode();
    if (sync_error) abandon_segment();
    return error ? error : sync_error;
}

// Where it cannot be written, the next start takes the segment for cut off: the numbers jump, and
// nothing is lost.
void SegmentWriter::write_end_mark(SpoolTime now) {
    std::string end_mark;
    append_unsealed_record(end_mark, RecordKind::end, now.wall, {}, {});
    seal_record(end_mark.data(), next_sequence_, seed_);
    if (const auto error = write_fully(*file_, segments_->back().bytes, end_mark)) {
        log_->warn("the end of the last segment is not marked: sequences will jump",
                   {{"reason", error.message()}});
    }
}

ErrorCode SegmentWriter::write_pending(SpoolTime now) {
    while (const RecordBatch* const batch = waiting_.unwritten()) {
        const bool is_new = needs_new_segment(*batch);
        if (const auto error = is_new ? start_segment(now) : write_to_segment(*batch, now)) {
            return error;
        }
    }
    return {};
}

ErrorCode SegmentWriter::write_to_segment(const RecordBatch& batch, SpoolTime now) {
    Segment& segment = segments_->back();
    ensure(batch.first() == segment.end, "the records of a segment follow each other");
    if (const auto error = write_fully(*file_, segment.bytes, batch.bytes())) return error;
    add_to(segment, batch);
    take_over_ids(batch);
    waiting_.note_written();
    if (options_->sync != SyncPolicy::always && sync_at_ == never) {
        sync_at_ = now.monotonic + options_->sync_interval;
    }
    return {};
}

bool SegmentWriter::needs_new_segment(const RecordBatch& batch) const {
    if (!file_ || batch.end() > reserved_end_) return true;
    return segments_->back().has_records() && !has_room(segments_->back(), batch);
}

bool SegmentWriter::has_room(const Segment& segment, const RecordBatch& batch) const {
    return segment.bytes + batch.bytes().size() <= options_->segment_bytes_max();
}

// With the batches that wait for it, as far as there is room: one sync is for header and records.
ErrorCode SegmentWriter::start_segment(SpoolTime now) {
    if (file_) {
        if (const auto error = finish_segment()) return error;
    }
    Segment segment;
    const RecordBatch* const next = waiting_.unwritten();
    segment.first = next != nullptr ? next->first() : next_sequence_;
    segment.follows = written_before(segment.first);
    segment.end = segment.first;
    segment.since = segment.until = now.wall;
    segment.incarnation = incarnations_ + 1;
    const auto reserved_end = segment.first + sequences_reserved;

    const auto name = segment_name(segment.first);
    auto file = files_->open(unfinished_name(name), FileSystem::Mode::create);
    if (!file) return file.error();
    const auto header =
        encode_segment_header({spool_id_, segment.first, segment.follows, reserved_end, now.wall});
    auto error = write_fully(**file, 0, header);
    segment.bytes = header.size();
    std::size_t count = 0;
    for (; !error; ++count) {
        const RecordBatch* const batch = waiting_.unwritten(count);
        if (batch == nullptr || batch->end() > reserved_end) break;
        if (segment.has_records() && !has_room(segment, *batch)) break;
        error = write_fully(**file, segment.bytes, batch->bytes());
        add_to(segment, *batch);
    }
    if (!error) error = (*file)->sync();
    if (!error) error = files_->rename(unfinished_name(name), name);
    if (!error) error = files_->sync_folder();
    if (error) return error;

    if (!segments_->empty() && segments_->back().first == segment.first) segments_->pop_back();
    segments_->push_back(segment);
    ++incarnations_;
    file_ = std::move(*file);
    reserved_end_ = reserved_end;
    secured_end_ = segment.end;
    ids_.clear();
    for (; count > 0; --count) {
        take_over_ids(*waiting_.unwritten());
        waiting_.note_written();
    }
    return {};
}

ErrorCode SegmentWriter::finish_segment() {
    if (has_unsecured()) {
        if (const auto error = secure_segment()) return error;
    }
    write_ids();
    file_.reset();
    sync_at_ = never;
    return {};
}

// What is in it may be forgotten here: it is on the disk, or its file is there at least, as the
// policy has it.
ErrorCode SegmentWriter::secure_segment() {
    sync_at_ = never;
    ErrorCode error;
    if (options_->sync != SyncPolicy::none) error = file_->sync();
    if (!error && file_->is_removed()) error = SpoolError::file_removed;
    if (error) {
        abandon_segment();
        return error;
    }
    secured_end_ = segments_->back().end;
    return {};
}

void SegmentWriter::abandon_segment() {
    if (!file_) return;
    file_.reset();
    sync_at_ = never;
    waiting_.note_none_written();
    Segment& segment = segments_->back();
    if (waiting_.empty()) return;
    segment.end = std::max(segment.first, std::min(segment.end, waiting_.oldest().first()));
}

void SegmentWriter::write_ids() {
    Segment& segment = segments_->back();
    if (!segment.has_records() || !options_->keeps_ids()) return;
    IdsFile file{spool_id_, segment.first, std::move(ids_)};
    file.ids.erase(std::remove_if(file.ids.begin(), file.ids.end(),
                                  [](const SpooledId& entry) { return entry.id == IdDigest{}; }),
                   file.ids.end());
    const auto durability =
        options_->sync == SyncPolicy::none ? Durability::unsynced : Durability::synced;
    const auto name = ids_name(segment.first);
    const auto written = replace_file(*files_, name, encode_ids(file), durability);
    segment.has_ids_file = written.has_value();
    // The records have the ids too; before the segment goes, that is tried again.
    if (!written) {
        log_->warn("the ids of a segment are not written",
                   {{"file", name}, {"reason", written.error().message()}});
    }
}

void SegmentWriter::take_over_ids(const RecordBatch& batch) {
    if (!options_->keeps_ids()) return;
    batch.each(0, [this](const RecordView& record) {
        ids_.push_back({record.id, record.received_at});
        return true;
    });
}

bool SegmentWriter::has_unsecured() const {
    return file_ && segments_->back().end > secured_end_;
}

void SegmentWriter::limit_memory() {
    while (waiting_.bytes() > options_->memory_bytes_max && waiting_.size() > 1) {
        if (!waiting_.is_oldest_written()) {
            dropped_.add(waiting_.oldest(), options_->memory_bytes_max, *losses_, *log_);
            // What comes now does not follow what the segment holds.
            abandon_segment();
        }
        waiting_.forget_oldest();
    }
}

void SegmentWriter::publish() {
    std::uint64_t end = secured_end_;
    if (options_->sync != SyncPolicy::always) {
        const auto written_end = segments_->empty() ? visible_end_ : segments_->back().end;
        end = trouble_ ? std::min(next_sequence_, reserved_end_) : written_end;
    }
    visible_end_ = std::max(visible_end_, end);
    waiting_.publish(visible_end_, published_);
    while (!waiting_.empty() && is_oldest_done()) waiting_.forget_oldest();
}

bool SegmentWriter::is_oldest_done() const {
    return waiting_.is_oldest_written() && waiting_.is_oldest_published() &&
           waiting_.oldest().end() <= secured_end_;
}

std::vector<std::shared_ptr<const RecordBatch>> SegmentWriter::take_published() {
    return std::exchange(published_, {});
}

}  // namespace conduitd
