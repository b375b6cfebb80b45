#include "sink/consumer.hpp"

#include "base/ensure.hpp"
#include "sink/gap_line.hpp"

#include <fmt/format.h>

#include <utility>

namespace conduitd {

std::string_view name_of(ConsumerKind kind) {
    switch (kind) {
        case ConsumerKind::acking:
            return "acks";
        case ConsumerKind::reading:
            return "reads";
        case ConsumerKind::tail:
            return "tail";
    }
    return "";
}

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
    append_line(lines_, options_.format, origin_, record);
    ++records_sent_;
    if (options_.kind == ConsumerKind::tail) return;
    window_.on_sent(record.sequence, bytes_taken_ + lines_.size());
}

void Consumer::take(const SpoolGap& gap) {
    append_gap_line(lines_, origin_, gap);
    position_ = gap.last + 1;
    window_.on_sent(gap.last, bytes_taken_ + lines_.size());
}

void Consumer::pass_to(std::uint64_t sequence) {
    if (sequence <= position_) return;
    position_ = sequence;
    window_.on_skipped(sequence - 1);
}

void Consumer::resume(std::uint64_t position, std::uint64_t bytes, std::string_view rest) {
    bytes_taken_ = bytes;
    lines_ += rest;
    if (position <= position_) return;
    position_ = position;
    window_.on_sent(position - 1, bytes_taken_ + lines_.size());
}

void Consumer::skip_to(std::uint64_t sequence) {
    if (sequence <= position_) return;
    records_dropped_ += sequence - position_;
    position_ = sequence;
}

std::string Consumer::take_lines(std::string buffer) {
    bytes_taken_ += lines_.size();
    buffer.clear();
    return std::exchange(lines_, std::move(buffer));
}

void Consumer::on_read(std::uint64_t bytes) {
    if (options_.kind == ConsumerKind::reading) window_.on_read(bytes);
}

std::string Consumer::on_ack(std::uint64_t sequence) {
    if (options_.kind != ConsumerKind::acking) {
        return R"(acks were not agreed on: say {"hello":{"consumer":"<name>","ack":true}} first)";
    }
    if (window_.on_ack(sequence)) return {};
    return fmt::format("ack {} is above {}, the last seq that was sent", sequence, position_ - 1);
}

}  // namespace conduitd
