#pragma once

#include "spool/amount.hpp"
#include "spool/record_batch.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

namespace conduitd {

// Batches on their way to the disk, in order. The first ones are in the last segment already, and
// the first ones were published; each of the two may be more than the other.
class WaitingBatches {
public:
    void append(std::shared_ptr<RecordBatch> batch);

    [[nodiscard]] bool empty() const { return batches_.empty(); }
    [[nodiscard]] std::size_t size() const { return batches_.size(); }
    [[nodiscard]] const RecordBatch& oldest() const { return *batches_.front(); }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] bool is_oldest_written() const { return written_ > 0; }
    [[nodiscard]] bool is_oldest_published() const { return published_ > 0; }

    // In no segment: the first of them, and the one so many behind it; null when there is none.
    [[nodiscard]] const RecordBatch* unwritten(std::size_t behind = 0) const;
    // The first of those that ends behind `sequence`; null when there is none.
    [[nodiscard]] const RecordBatch* find_unwritten(std::uint64_t sequence) const;
    // What of them is behind `sequence`; bytes to the size of a record or so.
    [[nodiscard]] Amount unwritten_behind(std::uint64_t sequence) const;

    void note_written() { ++written_; }  // the first unwritten one
    void note_none_written() { written_ = 0; }

    // Appends to `published` those that end up to `end` and were not published yet.
    void publish(std::uint64_t end, std::vector<std::shared_ptr<const RecordBatch>>& published);

    void forget_oldest();

private:
    [[nodiscard]] std::size_t index_of_unwritten(std::uint64_t sequence) const;

    std::deque<std::shared_ptr<RecordBatch>> batches_;
    std::size_t written_ = 0;    // so many of them, the first ones
    std::size_t published_ = 0;  // likewise
    std::uint64_t bytes_ = 0;
};

}  // namespace conduitd
