#pragma once

#include "sink/ack_window.hpp"
#include "sink/consumer_request.hpp"
#include "sink/line.hpp"
#include "sink/type_filter.hpp"
#include "spool/gap.hpp"
#include "spool/record.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace conduitd {

// How the cursor of a consumer moves.
enum class ConsumerKind {
    acking,   // by its acks
    reading,  // by what it has read from the socket
    tail,     // it has none: a live view
};

// For people.
[[nodiscard]] std::string_view name_of(ConsumerKind kind);

struct ConsumerOptions {
    ConsumerKind kind = ConsumerKind::reading;
    std::string name;          // empty for a tail
    std::uint64_t cursor = 0;  // the last sequence that is the consumer's for good
    LineFormat format = LineFormat::annotated;
    std::vector<std::string> types;  // empty: all
    AckWindowLimits window{};
};

// The stream to one connection of a consumer: records in, lines out, acks back. Whoever feeds it
// asks where it stands, so that it does not matter whether records come from memory or from disk.
//
// Protocol: while has_room(), take() the record or the gap that position() is at; write what
// take_lines() gives; on_ack() and on_read() as they come; save cursor() when it has moved.
class Consumer {
public:
    // So many bytes of lines wait for the socket, and one line more.
    static constexpr std::size_t lines_bytes_max = 256 * 1024;

    // `origin` outlives this object.
    Consumer(ConsumerOptions options, const LineOrigin& origin);

    [[nodiscard]] const std::string& name() const { return options_.name; }
    [[nodiscard]] ConsumerKind kind() const { return options_.kind; }

    // The next sequence that the consumer is to be shown.
    [[nodiscard]] std::uint64_t position() const { return position_; }
    [[nodiscard]] bool has_room() const;

    // The record at position(), or a later one where there are none in between.
    void take(const RecordView& record);
    // Records from position() on that are gone. The line has no `seq`: the cursor passes it with
    // the ack of what comes behind it.
    void take(const SpoolGap& gap);
    // There is nothing between position() and this: no record ever had those sequences.
    void pass_to(std::uint64_t sequence);
    // A tail that is too slow goes on at `sequence`.
    void skip_to(std::uint64_t sequence);

    // Before anything else: another process gave the reader the records before `position`, of which
    // `bytes` are not known to be read; `rest` is to be written first.
    void resume(std::uint64_t position, std::uint64_t bytes, std::string_view rest);

    // For lines to this connection alone, which stand where they are appended.
    [[nodiscard]] std::string& lines() { return lines_; }
    // What is to be written, all of it and before what is taken later. `buffer` is for the lines to
    // come: its memory is used anew.
    [[nodiscard]] std::string take_lines(std::string buffer = {});
    // So many bytes were taken in all, and the peer has read the first `bytes` of them.
    [[nodiscard]] std::uint64_t bytes_taken() const { return bytes_taken_; }
    void on_read(std::uint64_t bytes);

    // Errors of the consumer: what it is to be told before the connection ends; else empty.
    [[nodiscard]] std::string on_ack(std::uint64_t sequence);

    // Everything up to here is the consumer's for good.
    [[nodiscard]] std::uint64_t cursor() const { return window_.cursor(); }
    [[nodiscard]] std::size_t records_in_flight() const { return window_.records(); }
    [[nodiscard]] std::uint64_t records_sent() const { return records_sent_; }
    [[nodiscard]] std::uint64_t records_dropped() const { return records_dropped_; }  // of a tail

private:
    ConsumerOptions options_;
    const LineOrigin& origin_;
    TypeFilter filter_;
    AckWindow window_;
    std::uint64_t position_;
    std::uint64_t records_sent_ = 0;
    std::uint64_t records_dropped_ = 0;
    std::uint64_t bytes_taken_ = 0;
    std::string lines_;
};

}  // namespace conduitd
