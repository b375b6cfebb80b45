#include "spool/memory_spool.hpp"

#include "base/ensure.hpp"

namespace conduitd {

std::uint64_t MemorySpool::cost_of(const Record& record) {
    return record.frame.capacity() + sizeof(Record);
}

std::uint64_t MemorySpool::append(std::string_view frame, WallTime received_at) {
    records_.push_back({next_sequence_, received_at, std::string(frame)});
    bytes_ += cost_of(records_.back());
    while (bytes_ > bytes_max_ && records_.size() > 1) drop_oldest();
    return next_sequence_++;
}

void MemorySpool::drop_oldest() {
    const Record& record = records_.front();
    bytes_ -= cost_of(record);
    if (taken_ > 0) {
        --taken_;  // the reader has its copy
    } else {
        if (!gap_) gap_ = SpoolGap{.first = record.sequence, .since = record.received_at};
        gap_->last = record.sequence;
        gap_->until = record.received_at;
        gap_->bytes = gap_->bytes.value_or(0) + record.frame.size();
        ++records_dropped_;
    }
    records_.pop_front();
}

const Record* MemorySpool::peek() const {
    return taken_ < records_.size() ? &records_[taken_] : nullptr;
}

void MemorySpool::advance() {
    ensure(taken_ < records_.size(), "a record was taken that is not there");
    ++taken_;
}

std::optional<SpoolGap> MemorySpool::take_gap() {
    auto gap = gap_;
    gap_.reset();
    return gap;
}

void MemorySpool::ack(std::uint64_t sequence) {
    while (taken_ > 0 && records_.front().sequence <= sequence) {
        bytes_ -= cost_of(records_.front());
        records_.pop_front();
        --taken_;
    }
}

}  // namespace conduitd
