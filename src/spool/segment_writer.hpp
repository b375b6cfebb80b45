#pragma once

#include "base/log.hpp"
#include "spool/amount.hpp"
#include "spool/dropped.hpp"
#include "spool/file_system.hpp"
#include "spool/ids_file.hpp"
#include "spool/losses.hpp"
#include "spool/options.hpp"
#include "spool/segment.hpp"
#include "spool/waiting_batches.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace conduitd {

// Brings batches to segments, in order, and to the disk as the policy says.
//
// A batch waits in memory until the disk is known to have it; with SyncPolicy::none, until its
// file is known to be there still. When a call fails the writer is in trouble: batches wait and are
// tried again once a second. The reason tells what becomes of the segment: after a full disk it
// goes on where it stopped; after anything else nothing is assumed of what was not synced, and a
// new segment begins with the first record of it. One that would have the name of the segment it
// replaces takes its place by a rename, records and all.
//
// A record may be seen below visible_end(), which never goes back. In trouble that goes on to rise
// over records in memory (not with SyncPolicy::always), but not beyond the sequences that a header
// on the disk reserves: so a number that was seen is never given out again.
class SegmentWriter {
public:
    struct Start {
        SpoolId spool_id{};
        std::uint64_t next_sequence = 1;
        std::uint64_t last_written = 0;
    };

    // All references outlive this object. `segments` and `losses` are its owner's too, who may take
    // segments from the front, but not the last.
    SegmentWriter(FileSystem& files, const SpoolOptions& options, const Start& start,
                  Segments& segments, Losses& losses, const Log& log);

    // Begins the first segment, so that a folder which cannot be written to is found at once.
    // A full disk is no error but trouble.
    [[nodiscard]] ErrorCode begin(SpoolTime now);

    // Everybody has what is up to here: where memory is short, that goes without a complaint.
    void note_acked(std::uint64_t sequence) { dropped_.note_acked(sequence); }

    // Takes the batch, which nobody else changes any more, gives it its sequences and writes it.
    void append(std::shared_ptr<RecordBatch> batch, SpoolTime now);

    // With SyncPolicy::always: brings to the disk what was appended, so that it may be seen.
    void commit(SpoolTime now);

    // Brings to the disk whatever was appended, with any policy. Whether that is so.
    [[nodiscard]] bool secure(SpoolTime now);

    // Begins the next segment, so that this one can go.
    void roll(SpoolTime now);

    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(SpoolTime now);

    // Writes all that waits, with an end mark so that the next start knows the segment was whole.
    // Nothing is called after it. Errors: what keeps records that were appended from being on the
    // disk.
    [[nodiscard]] ErrorCode close(SpoolTime now, bool with_end_mark = true);

    // Batches that may be seen since the last call, in order. What was dropped for want of memory
    // is not among them.
    [[nodiscard]] std::vector<std::shared_ptr<const RecordBatch>> take_published();

    // The first batch that is not in a segment and ends behind `sequence`; null when there is none.
    [[nodiscard]] const RecordBatch* find_unwritten(std::uint64_t sequence) const {
        return waiting_.find_unwritten(sequence);
    }

    // The last sequence that was written before `next`, the first that is in no segment; what lies
    // between them was never given to a record.
    [[nodiscard]] std::uint64_t written_before(std::uint64_t next) const {
        return incarnations_ == 0 ? last_written_ : next - 1;
    }

    // What is behind `sequence` and in no segment; bytes to the size of a record or so.
    [[nodiscard]] Amount unwritten_behind(std::uint64_t sequence) const {
        return waiting_.unwritten_behind(sequence);
    }

    // The file of the last segment is not what was written to it: begins another.
    void abandon_segment();

    [[nodiscard]] std::uint64_t next_sequence() const { return next_sequence_; }
    [[nodiscard]] std::uint64_t visible_end() const { return visible_end_; }
    [[nodiscard]] const std::optional<ErrorCode>& trouble() const { return trouble_; }
    [[nodiscard]] std::uint64_t pending_bytes() const { return waiting_.bytes(); }
    // Batches that went for want of memory.
    [[nodiscard]] std::uint64_t batches_dropped() const { return dropped_.batches(); }

private:
    [[nodiscard]] ErrorCode write_pending(SpoolTime now);
    [[nodiscard]] ErrorCode write_to_segment(const RecordBatch& batch, SpoolTime now);
    [[nodiscard]] bool needs_new_segment(const RecordBatch& batch) const;
    [[nodiscard]] bool has_room(const Segment& segment, const RecordBatch& batch) const;
    [[nodiscard]] ErrorCode start_segment(SpoolTime now);
    [[nodiscard]] ErrorCode finish_segment();
    [[nodiscard]] ErrorCode secure_segment();
    void write_end_mark(SpoolTime now);
    void write_ids();
    void take_over_ids(const RecordBatch& batch);
    [[nodiscard]] bool has_unsecured() const;
    [[nodiscard]] bool is_oldest_done() const;
    void limit_memory();
    void get_into_trouble(ErrorCode error, SpoolTime now);
    void try_again(SpoolTime now);
    void publish();

    FileSystem* files_;
    const SpoolOptions* options_;
    SpoolId spool_id_;
    std::uint64_t seed_;
    Segments* segments_;
    Losses* losses_;
    const Log* log_;

    std::unique_ptr<File> file_;      // of the last segment; null when another must be begun
    std::vector<SpooledId> ids_;      // of the last segment, an entry for each record
    std::uint64_t reserved_end_ = 0;  // by its header
    std::uint64_t next_sequence_;     // of the next batch
    std::uint64_t last_written_;      // before the first segment of this process
    std::uint64_t secured_end_;       // nothing before it waits for the disk any more
    std::uint64_t visible_end_;
    std::uint64_t incarnations_ = 0;

    WaitingBatches waiting_;
    std::vector<std::shared_ptr<const RecordBatch>> published_;  // and not taken yet
    std::optional<ErrorCode> trouble_;
    TimePoint retry_at_ = never;
    TimePoint sync_at_ = never;
    Dropped dropped_;
};

}  // namespace conduitd
