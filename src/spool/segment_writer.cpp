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
    pending_bytes_ += batch->bytes().size();
    pending_.push_back(std::move(batch));
    if (!trouble_) {
        if (const auto error = write_pending(now)) get_into_trouble(error, now);
    }
    limit_memory();
    publish();
}

void SegmentWriter::commit(SpoolTime now) {
    if (trouble_ || !has_unsecured()) return;
    const bool is_due =
        options_->sync == SyncPolicy::always || pending_bytes_ >= options_->unsynced_bytes_max;
    if (!is_due) return;
    if (const auto error = secure_segment()) get_into_trouble(error, now);
    publish();
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
    while (written_ < pending_.size()) {
        const RecordBatch& batch = *pending_[written_];
        const bool is_new = needs_new_segment(batch);
        if (const auto error = is_new ? start_segment(now) : write_to_segment(batch, now)) {
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
    ++written_;
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
    segment.first = written_ < pending_.size() ? pending_[written_]->first() : next_sequence_;
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
    auto batches_end = written_;
    for (; !error && batches_end < pending_.size(); ++batches_end) {
        const RecordBatch& batch = *pending_[batches_end];
        if (segment.has_records() && !has_room(segment, batch)) break;
        if (batch.end() > reserved_end) break;
        error = write_fully(**file, segment.bytes, batch.bytes());
        add_to(segment, batch);
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
    for (; written_ < batches_end; ++written_) take_over_ids(*pending_[written_]);
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
    written_ = 0;
    Segment& segment = segments_->back();
    if (pending_.empty()) return;
    segment.end = std::max(segment.first, std::min(segment.end, pending_.front()->first()));
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

bool SegmentWriter::is_done(const RecordBatch& oldest) const {
    if (written_ == 0 || published_count_ == 0) return false;
    return oldest.end() <= secured_end_;
}

void SegmentWriter::forget_oldest() {
    pending_bytes_ -= pending_.front()->bytes().size();
    pending_.pop_front();
    if (written_ > 0) --written_;
    if (published_count_ > 0) --published_count_;
}

bool SegmentWriter::has_unsecured() const {
    return file_ && segments_->back().end > secured_end_;
}

void SegmentWriter::limit_memory() {
    while (pending_bytes_ > options_->memory_bytes_max && pending_.size() > 1) drop_oldest();
}

void SegmentWriter::drop_oldest() {
    const RecordBatch& batch = *pending_.front();
    if (written_ == 0) {
        const bool is_owed = batch.end() > acked_ + 1;
        ++batches_dropped_;
        if (is_owed) {
            records_dropped_ += batch.records();
            bytes_dropped_ += batch.frame_bytes();
            say_dropped();
        }
        losses_->add({.first = batch.first(),
                      .last = batch.end() - 1,
                      .bytes = batch.frame_bytes(),
                      .since = batch.since(),
                      .until = batch.until(),
                      .reason = is_owed ? SpoolGapReason::not_written : SpoolGapReason::not_kept});
        // What comes now does not follow what the segment holds.
        abandon_segment();
    }
    forget_oldest();
}

void SegmentWriter::say_dropped() {
    if (!dropped_said_.is_due(records_dropped_)) return;
    log_->error(
        "records are lost: the disk does not take them and memory for them is used up; make "
        "room on the disk, or raise spool.max_memory",
        {{"records_dropped", records_dropped_},
         {"bytes_dropped", bytes_dropped_},
         {"memory_bytes_max", options_->memory_bytes_max}});
}

void SegmentWriter::publish() {
    std::uint64_t end = secured_end_;
    if (options_->sync != SyncPolicy::always) {
        const auto written_end = segments_->empty() ? visible_end_ : segments_->back().end;
        end = trouble_ ? std::min(next_sequence_, reserved_end_) : written_end;
    }
    visible_end_ = std::max(visible_end_, end);
    for (; published_count_ < pending_.size(); ++published_count_) {
        if (pending_[published_count_]->end() > visible_end_) break;
        published_.push_back(pending_[published_count_]);
    }
    while (!pending_.empty() && is_done(*pending_.front())) forget_oldest();
}

std::vector<std::shared_ptr<const RecordBatch>> SegmentWriter::take_published() {
    return std::exchange(published_, {});
}

Amount SegmentWriter::unwritten_behind(std::uint64_t sequence) const {
    Amount unwritten;
    for (auto i = unwritten_from(sequence + 1); i < pending_.size(); ++i) {
        const RecordBatch& batch = *pending_[i];
        const auto records = batch.end() - std::max(batch.first(), sequence + 1);
        unwritten.records += records;
        unwritten.bytes += batch.bytes().size() * records / batch.records();
    }
    return unwritten;
}

const RecordBatch* SegmentWriter::find_unwritten(std::uint64_t sequence) const {
    const auto found = unwritten_from(sequence);
    return found < pending_.size() ? pending_[found].get() : nullptr;
}

// The index in `pending_` of what has the sequence, or of what comes next. There may be a great
// many, of a record each.
std::size_t SegmentWriter::unwritten_from(std::uint64_t sequence) const {
    const auto unwritten = pending_.begin() + static_cast<std::ptrdiff_t>(written_);
    const auto found =
        std::partition_point(unwritten, pending_.end(),
                             [sequence](const auto& batch) { return batch->end() <= sequence; });
    return static_cast<std::size_t>(found - pending_.begin());
}

}  // namespace conduitd
