#pragma once

#include "spool/record_batch.hpp"

#include <cstdint>
#include <deque>
#include <memory>

namespace conduitd {

// What was published lately, for sinks that keep up: they never wait for the disk. Who is behind it
// reads from the spool, up to visible_end(), and then goes on here: both give the same records.
class Tail {
public:
    // Beyond so many bytes the oldest batches go; the youngest stays, however large.
    explicit Tail(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    // In the order of take_published().
    void publish(std::shared_ptr<const RecordBatch> batch);

    // The batch that has the record; null when it is not here (any more, or yet).
    [[nodiscard]] const RecordBatch* find(std::uint64_t sequence) const;
    // The first batch that has the record or a later one; null when there is none.
    [[nodiscard]] const RecordBatch* find_from(std::uint64_t sequence) const;

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

private:
    std::uint64_t bytes_max_;
    std::uint64_t bytes_ = 0;
    std::deque<std::shared_ptr<const RecordBatch>> batches_;
};

}  // namespace conduitd
