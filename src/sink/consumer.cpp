#include "sink/consumer.hpp"

#include "base/ensure.hpp"
#include "sink/gap_line.hpp"

#include <fmt/format.h>

#include <utility>

namespace conduitd {

Consumer::Consumer(ConsumerOptions options, const LineOrigin& origin)
    : options_(std::move(options)),
      origin_(origin),
      filter_(options_.types),
      window_(options_.cursor, options_.window),
      position_(options_.cursor + 1) {}

bool Consumer::has_room() const {
    if (lines_.size() >= lines_bytes_max) return false;
    return options_.kind == ConsumerKind::tail || window_.has_room();
}

void Consumer::take(const RecordView& record) {
    ensure(record.sequence >= position_, "a consumer was shown a record for the second time");
    position_ = record.sequence + 1;
    if (!filter_.matches(record.frame)) {
        window_.on_skipped(record.sequence);
        return;
    }
    const auto before = lines_.size();
    append_line(lines_, options_.format, origin_, record);
    ++records_sent_;
    if (options_.kind == ConsumerKind::tail) return;
    window_.on_sent(record.sequence, lines_.size() - before);
}

void Consumer::take(const SpoolGap& gap) {
    append_gap_line(lines_, origin_, gap);
    position_ = gap.last + 1;
    window_.on_skipped(gap.last);
}

void Consumer::skip_to(std::uint64_t sequence) {
    if (sequence <= position_) return;
    records_dropped_ += sequence - position_;
    position_ = sequence;
}

void Consumer::on_all_read() {
    if (options_.kind == ConsumerKind::reading && lines_.empty()) window_.on_all_taken();
}

std::string Consumer::on_ack(std::uint64_t sequence) {
    if (options_.kind != ConsumerKind::acking) {
        return R"(acks were not agreed on: say {"hello":{"consumer":"<name>","ack":true}} first)";
    }
    if (window_.on_ack(sequence)) return {};
    return fmt::format("ack {} is above {}, the last seq that was sent", sequence, position_ - 1);
}

}  // namespace conduitd
