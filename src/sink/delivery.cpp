#include "sink/delivery.hpp"

#include "base/ensure.hpp"
#include "sink/gap_line.hpp"

namespace conduitd {

Delivery::Delivery(MemorySpool& spool, LineFormat format, LineOrigin origin)
    : spool_(&spool), format_(format), origin_(std::move(origin)) {}

bool Delivery::fill(std::string& out) {
    if (in_flight_) return false;
    const auto start = out.size();
    if (const auto gap = spool_->take_gap()) append_gap_line(out, origin_, *gap);
    while (out.size() - start < batch_bytes) {
        const Record* const record = spool_->peek();
        if (record == nullptr) break;
        append_line(out, format_, origin_,
                    {RecordKind::frame, record->sequence, record->received_at, {}, record->frame});
        last_filled_ = record->sequence;
        ++lines_in_flight_;
        spool_->advance();
    }
    in_flight_ = out.size() > start;
    return in_flight_;
}

void Delivery::on_written() {
    ensure(in_flight_, "a batch was written that was not in flight");
    in_flight_ = false;
    lines_written_ += lines_in_flight_;
    lines_in_flight_ = 0;
    spool_->ack(last_filled_);
}

}  // namespace conduitd
