#pragma once

#include "sink/line.hpp"
#include "spool/memory_spool.hpp"

#include <cstdint>
#include <string>

namespace conduitd {

// Turns records into batches of lines for one consumer, one batch in flight at a time. Protocol:
// fill() a batch and write it; on_written() once the consumer has it, then the next.
class Delivery {
public:
    // About so many bytes of lines make a batch: large enough for few writes, small enough that a
    // consumer which stops holds little beside the spool.
    static constexpr std::size_t batch_bytes = 256 * 1024;

    // `spool` outlives this object.
    Delivery(MemorySpool& spool, LineFormat format, LineOrigin origin);

    // Appends the next lines to `out`; false when there are none, or a batch is in flight.
    [[nodiscard]] bool fill(std::string& out);
    void on_written();

    [[nodiscard]] bool is_idle() const { return !in_flight_ && spool_->peek() == nullptr; }
    [[nodiscard]] std::uint64_t lines_written() const { return lines_written_; }

    void name_conduit(std::string conduit_id) { origin_.conduit_id = std::move(conduit_id); }

private:
    MemorySpool* spool_;
    LineFormat format_;
    LineOrigin origin_;
    bool in_flight_ = false;
    std::uint64_t last_filled_ = 0;
    std::uint64_t lines_in_flight_ = 0;
    std::uint64_t lines_written_ = 0;
};

}  // namespace conduitd
