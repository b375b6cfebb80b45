#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace conduitd {

struct AckWindowLimits {
    std::size_t records_max = 10'000;
    std::size_t bytes_max = 16 * 1024 * 1024;
};

// What was sent to one consumer and is not acked yet. Acks are cumulative. Records that the
// consumer's filter leaves out are not sent; the cursor passes them once all that was sent before
// them is acked.
class AckWindow {
public:
    // `cursor` is the last sequence that is the consumer's for good.
    AckWindow(std::uint64_t cursor, AckWindowLimits limits)
        : limits_(limits), cursor_(cursor), passed_(cursor) {}

    // Whether another record may be sent before an ack comes. One always may.
    [[nodiscard]] bool has_room() const {
        return sent_.size() < limits_.records_max && bytes() < limits_.bytes_max;
    }

    // In the order of sequences, each once. Who has so many bytes of the stream as `end` says has
    // this record.
    void on_sent(std::uint64_t sequence, std::uint64_t end) {
        sent_.push_back({sequence, end});
        passed_ = sequence;
    }
    void on_skipped(std::uint64_t sequence) {
        passed_ = sequence;
        if (sent_.empty()) cursor_ = sequence;
    }

    // False when nothing with such a sequence was sent or skipped yet: an error of the consumer.
    [[nodiscard]] bool on_ack(std::uint64_t sequence) {
        if (sequence > passed_) return false;
        while (!sent_.empty() && sent_.front().sequence <= sequence) drop_first();
        move_cursor();
        return true;
    }

    // The consumer has read so many bytes of the stream.
    void on_read(std::uint64_t bytes) {
        while (!sent_.empty() && sent_.front().end <= bytes) drop_first();
        move_cursor();
    }

    [[nodiscard]] std::uint64_t cursor() const { return cursor_; }
    [[nodiscard]] std::size_t records() const { return sent_.size(); }
    [[nodiscard]] std::uint64_t bytes() const {
        return sent_.empty() ? 0 : sent_.back().end - done_;
    }

private:
    struct Sent {
        std::uint64_t sequence;
        std::uint64_t end;
    };

    void drop_first() {
        done_ = sent_.front().end;
        sent_.pop_front();
    }

    void move_cursor() {
        const auto done = sent_.empty() ? passed_ : sent_.front().sequence - 1;
        if (done > cursor_) cursor_ = done;
    }

    AckWindowLimits limits_;
    std::uint64_t cursor_;
    std::uint64_t passed_;  // the last one that was sent or skipped
    std::deque<Sent> sent_;
    std::uint64_t done_ = 0;  // bytes up to the end of the last one that is not in `sent_` any more
};

}  // namespace conduitd
