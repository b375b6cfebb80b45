#pragma once

#include "base/log.hpp"
#include "spool/doubling.hpp"
#include "spool/losses.hpp"
#include "spool/record_batch.hpp"

#include <cstdint>

namespace conduitd {

// Batches that go for want of memory while the disk does not take them. What somebody has not acked
// is an error, said at once and whenever it is twice as much.
class Dropped {
public:
    // Everybody has what is up to here: that goes without a complaint.
    void note_acked(std::uint64_t sequence) { acked_ = sequence; }

    void add(const RecordBatch& batch, std::uint64_t memory_bytes_max, Losses& losses,
             const Log& log);

    [[nodiscard]] std::uint64_t batches() const { return batches_; }

private:
    std::uint64_t acked_ = 0;  // by every consumer, as far as that was told
    std::uint64_t batches_ = 0;
    std::uint64_t records_ = 0;  // of those, what somebody had not acked
    std::uint64_t bytes_ = 0;    // of their frames
    Doubling said_;
};

}  // namespace conduitd
