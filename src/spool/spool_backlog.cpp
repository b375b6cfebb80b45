// How far consumers are behind.

#include "spool/spool.hpp"

#include <algorithm>

namespace conduitd {
namespace {

// Of the records that are not acked, as if all in a segment were of one size.
std::uint64_t bytes_behind(const Segment& segment, std::uint64_t acked) {
    const auto records = segment.end - segment.first;
    const auto behind = segment.end - std::max(segment.first, acked + 1);
    return static_cast<std::uint64_t>(static_cast<double>(segment.bytes) *
                                      static_cast<double>(behind) / static_cast<double>(records));
}

}  // namespace

Amount Spool::waiting_behind(std::uint64_t acked) const {
    Amount waiting = writer_->unwritten_behind(acked);
    for (auto segment = segments_.rbegin(); segment != segments_.rend(); ++segment) {
        if (segment->end <= acked + 1) break;
        const auto records = segment->end - std::max(segment->first, acked + 1);
        if (records == 0) continue;
        waiting.records += records;
        waiting.bytes += segment->bytes * records / (segment->end - segment->first);
    }
    return waiting;
}

std::vector<ConsumerStatus> Spool::consumers(WallTime now) const {
    auto all = consumers_->status(now);
    for (auto& consumer : all) consumer.records_behind = waiting_behind(consumer.acked).records;
    return all;
}

std::optional<ConsumerBacklog> Spool::largest_backlog(WallTime now) const {
    std::optional<ConsumerStatus> slowest;
    for (const auto& consumer : consumers_->status(now)) {
        if (consumer.is_expired) continue;
        if (!slowest || consumer.acked < slowest->acked) slowest = consumer;
    }
    if (!slowest) return std::nullopt;

    const auto acked = slowest->acked;
    ConsumerBacklog backlog{slowest->name, writer_->next_sequence(), 0};
    for (const Segment& segment : segments_) {
        if (!segment.has_records() || segment.end - 1 <= acked) continue;
        if (backlog.bytes == 0) backlog.next = std::max(segment.first, acked + 1);
        backlog.bytes += bytes_behind(segment, acked);
    }
    if (const RecordBatch* const unwritten = writer_->find_unwritten(acked + 1)) {
        if (backlog.bytes == 0) backlog.next = std::max(unwritten->first(), acked + 1);
        backlog.bytes += writer_->unwritten_behind(acked).bytes;
    }
    return backlog;
}

}  // namespace conduitd
