#pragma once

#include "base/log.hpp"
#include "spool/consumers.hpp"
#include "spool/doubling.hpp"
#include "spool/gap.hpp"
#include "spool/ids_file.hpp"
#include "spool/options.hpp"
#include "spool/read_position.hpp"
#include "spool/recovery.hpp"
#include "spool/segment_writer.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace conduitd {

class Spool;

struct SpoolOpening {
    std::unique_ptr<Spool> spool;  // null when refused
    ErrorCode error;
    std::string reason;  // for people: what was refused, and which file or process it is about
};

struct SpoolReading {
    std::optional<SpoolGap> gap;  // stands before the records
    RecordBatch records;
    ErrorCode error;  // of reading a file: no record was passed, and it may be tried again
};

struct ConsumerBacklog {
    std::string consumer;
    std::uint64_t next =
        0;  // the oldest record that it has not acked; the next one when it has all
    std::uint64_t bytes = 0;  // of the segments behind its cursor, to the size of a record or so

    bool operator==(const ConsumerBacklog&) const = default;
};

struct SpoolStatus {
    std::size_t segments = 0;
    std::uint64_t bytes = 0;  // of segments
    // Of records that are in memory alone, and not acked by every consumer: a crash loses them.
    std::uint64_t memory_bytes = 0;
    std::uint64_t oldest = 0;         // sequence of the oldest record; that of the next without one
    std::uint64_t next_sequence = 0;  // of the next record
    // Losses::records_lost(). Falls where a consumer acks what had gone already.
    std::uint64_t records_lost = 0;
    // Not acked by every consumer that counts; all of them as long as there was none.
    Amount waiting;
    std::optional<ConsumerBacklog> slowest;  // none without a consumer
    std::optional<ErrorCode> trouble;        // why the disk takes no records at present

    bool operator==(const SpoolStatus&) const = default;
};

// The durable queue between session and sinks: a folder of segments, a cursor for each consumer.
// `spool/README.md` has the format, and what happens at each limit.
//
// Everything here is synchronous and belongs on one thread that may wait for the disk. Its loop:
// append() all batches that are there, commit(), hand on what take_published() gives and
// visible_end(), read() for those who ask; at deadline(), on_deadline(). Batches that were
// published can be read from memory; read() is for whoever is behind them.
class Spool {
public:
    // Takes the folder's lock, and recovers what is there. `fresh_id` is random, and becomes the
    // spool's where the folder has none. `files` and `log` outlive the spool.
    // Errors: locked, foreign_file, newer_format, what a call failed with.
    [[nodiscard]] static SpoolOpening open(FileSystem& files, const SpoolOptions& options,
                                           const SpoolId& fresh_id, SpoolTime now, const Log& log);
    // Leaves the files as a kill would; close() ends them well.
    ~Spool() = default;
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    [[nodiscard]] const SpoolId& id() const { return id_; }
    // What the process before left: whether it had no time to end the spool well, and when it
    // received the last record that was kept, if there is any.
    struct Before {
        bool was_cut_off = false;
        std::optional<WallTime> last_received_at;
    };
    [[nodiscard]] const Before& before() const { return before_; }

    void append(std::shared_ptr<RecordBatch> batch, SpoolTime now);
    void commit(SpoolTime now);
    // Brings to the disk what was appended, whatever the policy. Whether it is there.
    [[nodiscard]] bool secure(SpoolTime now) { return writer_->secure(now); }
    [[nodiscard]] std::vector<std::shared_ptr<const RecordBatch>> take_published() {
        return writer_->take_published();
    }
    // Sinks may see the records before this sequence. Never goes back.
    [[nodiscard]] std::uint64_t visible_end() const { return writer_->visible_end(); }

    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(SpoolTime now);

    // Writes everything down for good. Errors: what keeps records from being on the disk that not
    // every consumer has acked. With
    // Ending::cut_off the next process is to find what a kill leaves behind, but for what is lost
    // by one.
    enum class Ending { well, cut_off };
    [[nodiscard]] ErrorCode close(SpoolTime now, Ending ending = Ending::well);

    // About `bytes` of the records from the position on, and moves it behind them. A gap is
    // answered with the records behind it, never with some before it. Nothing: the position is at
    // visible_end().
    [[nodiscard]] SpoolReading read(ReadPosition& position, std::size_t bytes);

    // The consumer is there. Answers its cursor, the last sequence that is its for good. A new one
    // gets it at `acked_if_new`; without that, below the oldest record.
    // Errors: bad_consumer_name, too_many_consumers, those of its file.
    [[nodiscard]] Result<std::uint64_t> attach(const std::string& consumer,
                                               std::optional<std::uint64_t> acked_if_new,
                                               SpoolTime now);
    void detach(const std::string& consumer, SpoolTime now);

    // Everything up to `sequence` is the consumer's for good; its file says so within
    // `sync_interval`. Errors: unknown_consumer, ack_beyond_end.
    [[nodiscard]] ErrorCode ack(const std::string& consumer, std::uint64_t sequence, SpoolTime now);
    // Errors: unknown_consumer, consumer_is_connected, those of removing its file.
    [[nodiscard]] ErrorCode remove_consumer(const std::string& consumer, SpoolTime now);
    [[nodiscard]] std::vector<ConsumerStatus> consumers(WallTime now) const;

    // Of the consumer that is furthest behind, of those that hold segments; empty without any.
    [[nodiscard]] std::optional<ConsumerBacklog> largest_backlog(WallTime now) const;

    // Calls `take` with the message ids received at `since` or later, oldest first, a segment's at
    // a time; they live for the call. For the dedupe window, after open().
    using TakeIds = std::function<void(std::span<const SpooledId>)>;
    void each_id(WallTime since, const TakeIds& take) const;

    // Without the time no consumer counts as gone.
    [[nodiscard]] SpoolStatus status(WallTime now = {}) const;

private:
    Spool(FileSystem& files, const SpoolOptions& options, Recovered recovered, SpoolTime now,
          const Log& log);
    [[nodiscard]] ErrorCode begin(SpoolTime now);

    [[nodiscard]] const Segment* segment_at(std::uint64_t sequence) const;
    [[nodiscard]] bool read_on(ReadPosition& position, std::size_t bytes, SpoolReading& out);
    [[nodiscard]] bool read_segment(const Segment& segment, ReadPosition& position,
                                    std::size_t bytes, SpoolReading& out);
    [[nodiscard]] bool take_record(ReadPosition& position, std::uint64_t damaged_bytes,
                                   const RecordView& record, SpoolReading& out) const;
    [[nodiscard]] bool read_memory(ReadPosition& position, std::size_t bytes,
                                   SpoolReading& out) const;
    [[nodiscard]] bool pass_over(ReadPosition& position, std::uint64_t lost_end, std::uint64_t next,
                                 SpoolReading& out);
    [[nodiscard]] bool give_up_rest(ReadPosition& position, SpoolReading& out);
    [[nodiscard]] bool on_read_error(ReadPosition& position, ErrorCode error, SpoolReading& out);

    void write_down_dropped();
    void save_cursors(SpoolTime now);
    [[nodiscard]] bool remove_oldest_acked(SpoolTime now);
    void keep_limits(SpoolTime now);
    void remove_passed(SpoolTime now);
    [[nodiscard]] bool drop_oldest(SpoolTime now, SpoolGapReason reason);
    [[nodiscard]] bool remove_oldest(SpoolTime now);
    void say_dropped(const Segment& segment, SpoolGapReason reason, WallTime now);
    void remove_empty_segments();
    void note_removed_before(WallTime now);
    void keep_ids(const Segment& segment);
    void remove_old_ids(SpoolTime now);
    void save_losses();
    [[nodiscard]] std::uint64_t segment_bytes() const;
    // Bytes to the size of a record or so.
    [[nodiscard]] Amount waiting_behind(std::uint64_t acked) const;
    [[nodiscard]] Durability durability() const;
    [[nodiscard]] std::vector<SpooledId> read_ids(std::uint64_t first, bool has_segment) const;
    [[nodiscard]] std::vector<SpooledId> ids_of_records(const Segment& segment) const;

    FileSystem* files_;
    SpoolOptions options_;
    const Log* log_;
    SpoolId id_;
    std::uint64_t seed_;
    std::unique_ptr<FolderLock> lock_;
    Before before_;
    Segments segments_;
    Losses losses_;
    std::uint64_t removed_end_ = 0;  // what was below it may have gone because all had it
    std::map<std::uint64_t, WallTime> ids_files_;  // first sequence -> its last record's time
    std::unique_ptr<Consumers> consumers_;
    std::unique_ptr<SegmentWriter> writer_;
    // Of all segments but the last, as long as the first and the last are these.
    struct OlderBytes {
        std::uint64_t first = 0;
        std::uint64_t last = 0;
        std::uint64_t bytes = 0;
    };
    mutable OlderBytes older_bytes_;
    std::uint64_t records_dropped_ = 0;  // with their segment, before every consumer had acked them
    Doubling dropped_by_connected_said_;
    Doubling dropped_said_;
    std::uint64_t dropped_written_down_ = 0;  // of those that the writer dropped
    TimePoint save_at_ = never;               // cursors
    TimePoint upkeep_at_ = never;             // what only time brings about
    bool is_cursor_trouble_said_ = false;
    bool is_removal_trouble_said_ = false;
};

}  // namespace conduitd
