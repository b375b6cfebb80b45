#include "spool/dropped.hpp"

namespace conduitd {

void Dropped::add(const RecordBatch& batch, std::uint64_t memory_bytes_max, Losses& losses,
                  const Log& log) {
    const bool is_owed = batch.end() > acked_ + 1;
    ++batches_;
    if (is_owed) {
        records_ += batch.records();
        bytes_ += batch.frame_bytes();
    }
    if (is_owed && said_.is_due(records_)) {
        log.error(
            "records are lost: the disk does not take them and memory for them is used up; make "
            "room on the disk, or raise spool.max_memory",
            {{"records_dropped", records_},
             {"bytes_dropped", bytes_},
             {"memory_bytes_max", memory_bytes_max}});
    }
    losses.add({.first = batch.first(),
                .last = batch.end() - 1,
                .bytes = batch.frame_bytes(),
                .since = batch.since(),
                .until = batch.until(),
                .reason = is_owed ? SpoolGapReason::not_written : SpoolGapReason::not_kept});
}

}  // namespace conduitd
