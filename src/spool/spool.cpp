#include "spool/spool.hpp"

#include "spool/file_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace conduitd {
namespace {

constexpr Duration upkeep_interval = std::chrono::seconds(10);
constexpr Duration save_retry_interval = std::chrono::seconds(1);

SpoolOpening refuse(ErrorCode error, const std::string& about) {
    return {nullptr, error, about.empty() ? error.message() : about + ": " + error.message()};
}

}  // namespace

SpoolOpening Spool::open(FileSystem& files, const SpoolOptions& options, const SpoolId& fresh_id,
                         SpoolTime now, const Log& log) {
    auto locked = files.lock(lock_name);
    if (!locked.lock) {
        return refuse(locked.error,
                      locked.holder.empty() ? lock_name : fmt::format("pid {}", locked.holder));
    }
    auto answer = recover(files, fresh_id, log);
    if (!answer.recovered) return refuse(answer.error, answer.file);

    std::unique_ptr<Spool> spool(new Spool(files, options, std::move(*answer.recovered), now, log));
    spool->lock_ = std::move(locked.lock);
    if (const auto error = spool->begin(now)) return refuse(error, "a segment cannot be begun");
    return {std::move(spool), {}, {}};
}

Spool::Spool(FileSystem& files, const SpoolOptions& options, Recovered recovered, SpoolTime now,
             const Log& log)
    : files_(&files),
      options_(options),
      log_(&log),
      id_(recovered.spool_id),
      seed_(record_seed(recovered.spool_id)),
      before_{recovered.was_cut_off, recovered.last_received_at},
      segments_(std::move(recovered.segments)),
      losses_(std::move(recovered.losses)),
      consumers_(std::make_unique<Consumers>(files, id_, options_)),
      writer_(std::make_unique<SegmentWriter>(
          files, options_,
          SegmentWriter::Start{id_, recovered.next_sequence, recovered.last_written}, segments_,
          losses_, log)),
      upkeep_at_(now.monotonic + upkeep_interval) {
    for (const auto& [name, cursor] : recovered.cursors) consumers_->restore(name, cursor);
    // When the last of those ids came is not known without reading them.
    for (const auto& [first, is_whole] : recovered.ids_files) ids_files_[first] = now.wall;
}

ErrorCode Spool::begin(SpoolTime now) {
    if (const auto error = writer_->begin(now)) return error;
    remove_empty_segments();
    note_removed_before(now.wall);
    keep_limits(now);
    remove_passed(now);
    return {};
}

void Spool::append(std::shared_ptr<RecordBatch> batch, SpoolTime now) {
    if (writer_->trouble()) writer_->note_acked(consumers_->acked_by_all(now.wall));
    writer_->append(std::move(batch), now);
    if (segment_bytes() > options_.bytes_max) keep_limits(now);
}

void Spool::commit(SpoolTime now) {
    writer_->commit(now);
}

TimePoint Spool::deadline() const {
    return std::min({writer_->deadline(), save_at_, upkeep_at_});
}

void Spool::on_deadline(SpoolTime now) {
    if (now.monotonic >= writer_->deadline()) writer_->on_deadline(now);
    write_down_dropped();
    if (now.monotonic >= save_at_) save_cursors(now);
    if (now.monotonic >= upkeep_at_) {
        upkeep_at_ = now.monotonic + upkeep_interval;
        keep_limits(now);
        save_cursors(now);
        remove_old_ids(now);
    }
}

// What went for want of memory is written down once the disk takes anything.
void Spool::write_down_dropped() {
    if (writer_->trouble()) return;
    const auto dropped = writer_->batches_dropped();
    if (std::exchange(dropped_written_down_, dropped) != dropped) save_losses();
}

ErrorCode Spool::close(SpoolTime now, Ending ending) {
    const auto error = writer_->close(now, ending == Ending::well);
    if (!error) write_down_dropped();
    save_cursors(now);
    lock_.reset();
    // What every consumer has need not be on the disk.
    const auto left = writer_->unwritten_behind(consumers_->acked_by_all(now.wall));
    if (!error || left.records == 0) return {};
    log_->error("records are not on the disk, and not every consumer has them",
                {{"reason", error.message()}, {"records", left.records}, {"bytes", left.bytes}});
    return error;
}

Result<std::uint64_t> Spool::attach(const std::string& consumer,
                                    std::optional<std::uint64_t> acked_if_new, SpoolTime now) {
    const auto oldest = segments_.empty() ? writer_->visible_end() : segments_.front().first;
    return consumers_->attach(consumer, acked_if_new.value_or(oldest - 1), now.wall);
}

void Spool::detach(const std::string& consumer, SpoolTime now) {
    consumers_->detach(consumer, now.wall);
}

ErrorCode Spool::ack(const std::string& consumer, std::uint64_t sequence, SpoolTime now) {
    if (sequence >= visible_end()) return SpoolError::ack_beyond_end;
    if (const auto error = consumers_->ack(consumer, sequence)) return error;
    if (save_at_ == never) save_at_ = now.monotonic + options_.sync_interval;
    return {};
}

ErrorCode Spool::remove_consumer(const std::string& consumer, SpoolTime now) {
    if (const auto error = consumers_->remove(consumer)) return error;
    remove_passed(now);
    return {};
}

// Segments go only once a file says that they are passed: after a crash a cursor that points before
// them would raise a false alarm.
void Spool::save_cursors(SpoolTime now) {
    save_at_ = never;
    auto error = consumers_->save(now.wall);
    // On a full disk it would never be written, and nothing would ever go. The false alarm is
    // risked for a moment then.
    if (error == boost::system::errc::no_space_on_device && remove_oldest_acked(now)) {
        error = consumers_->save(now.wall);
    }
    if (error) save_at_ = now.monotonic + save_retry_interval;
    if (error && !is_cursor_trouble_said_) {
        log_->error("a cursor is not written: after a crash its consumer gets records again",
                    {{"reason", error.message()}});
    }
    is_cursor_trouble_said_ = static_cast<bool>(error);
    remove_passed(now);
}

// False when there is none that every consumer has, but for the one that is written to.
bool Spool::remove_oldest_acked(SpoolTime now) {
    const bool is_acked =
        segments_.size() > 1 && segments_.front().end - 1 <= consumers_->acked_by_all(now.wall);
    return is_acked && remove_oldest(now);
}

SpoolStatus Spool::status(WallTime now) const {
    SpoolStatus status;
    status.segments = segments_.size();
    status.bytes = segment_bytes();
    status.next_sequence = writer_->next_sequence();
    status.oldest = status.next_sequence;
    for (const auto& segment : segments_) {
        if (!segment.has_records()) continue;
        status.oldest = segment.first;
        break;
    }
    status.records_lost = losses_.records_lost();
    status.trouble = writer_->trouble();
    const auto acked = consumers_->acked_by_all(now);
    status.memory_bytes = writer_->unwritten_behind(acked).bytes;
    status.waiting = waiting_behind(acked);
    status.slowest = largest_backlog(now);
    return status;
}

}  // namespace conduitd
