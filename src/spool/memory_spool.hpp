#pragma once

#include "base/time.hpp"
#include "spool/gap.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// One message in the spool.
struct Record {
    std::uint64_t sequence = 0;  // from 1, never reused
    WallTime received_at{};
    std::string frame;
};

// The queue between session and sink, in memory: bounded by the bytes it keeps. At the bound the
// oldest records go, and what went is told to the reader in its place. Ends with the process.
class MemorySpool {
public:
    explicit MemorySpool(std::uint64_t bytes_max) : bytes_max_(bytes_max) {}

    std::uint64_t append(std::string_view frame, WallTime received_at);

    // The next record for the reader, or nullptr; stays until it is acked or the bound takes it.
    // Views into it live until the next append() or ack().
    [[nodiscard]] const Record* peek() const;
    void advance();  // the reader has taken the record that peek() shows

    // What went unread since the last call; the reader tells it before it reads on.
    [[nodiscard]] std::optional<SpoolGap> take_gap();

    // Everything the reader took up to here is the consumer's for good.
    void ack(std::uint64_t sequence);

    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
    [[nodiscard]] std::size_t records_unacked() const { return records_.size(); }
    [[nodiscard]] std::uint64_t records_dropped() const { return records_dropped_; }

private:
    [[nodiscard]] static std::uint64_t cost_of(const Record& record);
    void drop_oldest();

    std::uint64_t bytes_max_;
    std::uint64_t bytes_ = 0;
    std::uint64_t next_sequence_ = 1;
    std::uint64_t records_dropped_ = 0;
    std::deque<Record> records_;
    std::size_t taken_ = 0;  // records at the front that the reader took and did not ack
    std::optional<SpoolGap> gap_;
};

}  // namespace conduitd
