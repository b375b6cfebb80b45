#include "spool/tail.hpp"

#include "base/ensure.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

void Tail::publish(std::shared_ptr<const RecordBatch> batch) {
    ensure(batches_.empty() || batch->first() >= batches_.back()->end(),
           "batches are published in order");
    bytes_ += batch->bytes().size();
    batches_.push_back(std::move(batch));
    while (bytes_ > bytes_max_ && batches_.size() > 1) {
        bytes_ -= batches_.front()->bytes().size();
        batches_.pop_front();
    }
}

const RecordBatch* Tail::find(std::uint64_t sequence) const {
    const RecordBatch* const batch = find_from(sequence);
    return batch != nullptr && batch->first() <= sequence ? batch : nullptr;
}

const RecordBatch* Tail::find_from(std::uint64_t sequence) const {
    const auto found =
        std::partition_point(batches_.begin(), batches_.end(),
                             [sequence](const auto& batch) { return batch->end() <= sequence; });
    return found != batches_.end() ? found->get() : nullptr;
}

}  // namespace conduitd
