#include "spool/waiting_batches.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

void WaitingBatches::append(std::shared_ptr<RecordBatch> batch) {
    bytes_ += batch->bytes().size();
    batches_.push_back(std::move(batch));
}

const RecordBatch* WaitingBatches::unwritten(std::size_t behind) const {
    const auto index = written_ + behind;
    return index < batches_.size() ? batches_[index].get() : nullptr;
}

void WaitingBatches::publish(std::uint64_t end,
                             std::vector<std::shared_ptr<const RecordBatch>>& published) {
    for (; published_ < batches_.size(); ++published_) {
        if (batches_[published_]->end() > end) break;
        published.push_back(batches_[published_]);
    }
}

void WaitingBatches::forget_oldest() {
    bytes_ -= batches_.front()->bytes().size();
    batches_.pop_front();
    if (written_ > 0) --written_;
    if (published_ > 0) --published_;
}

Amount WaitingBatches::unwritten_behind(std::uint64_t sequence) const {
    Amount unwritten;
    for (auto i = index_of_unwritten(sequence + 1); i < batches_.size(); ++i) {
        const RecordBatch& batch = *batches_[i];
        const auto records = batch.end() - std::max(batch.first(), sequence + 1);
        unwritten.records += records;
        unwritten.bytes += batch.bytes().size() * records / batch.records();
    }
    return unwritten;
}

const RecordBatch* WaitingBatches::find_unwritten(std::uint64_t sequence) const {
    const auto found = index_of_unwritten(sequence);
    return found < batches_.size() ? batches_[found].get() : nullptr;
}

// Of what has the sequence, or of what comes next. There may be a great many, of a record each.
std::size_t WaitingBatches::index_of_unwritten(std::uint64_t sequence) const {
    const auto unwritten = batches_.begin() + static_cast<std::ptrdiff_t>(written_);
    const auto found =
        std::partition_point(unwritten, batches_.end(),
                             [sequence](const auto& batch) { return batch->end() <= sequence; });
    return static_cast<std::size_t>(found - batches_.begin());
}

}  // namespace conduitd
