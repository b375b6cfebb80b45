#pragma once

#include "base/time.hpp"
#include "io/spool_thread.hpp"
#include "spool/tail.hpp"

#include <algorithm>
#include <cstdint>

namespace conduitd {

// What sinks may see of the spool: the youngest records from memory, the others by way of its
// thread. Belongs to the io_context's thread, with all that read from it.
class Feed {
public:
    // Memory for those who keep up: half a second at 10,000 events a second.
    static constexpr std::uint64_t tail_bytes_max = 8ULL * 1024 * 1024;

    // `spool` outlives the feed. What the spool itself is to hold bounds the memory as well: who is
    // told that records are gone must not get them all the same.
    explicit Feed(SpoolThread& spool, std::uint64_t spool_bytes_max = UINT64_MAX)
        : spool_(spool),
          tail_(std::min(tail_bytes_max, spool_bytes_max / 2)),
          visible_end_(spool.visible_end_at_start()) {}

    // Before the sinks are woken.
    void on_news(const SpoolNews& news) {
        for (const auto& batch : news.published) tail_.publish(batch);
        visible_end_ = news.visible_end;
    }

    // Sinks may be given the records before this sequence. Never goes back.
    [[nodiscard]] std::uint64_t visible_end() const { return visible_end_; }
    [[nodiscard]] const Tail& tail() const { return tail_; }
    // The first record from `position` on that memory has, or will have.
    [[nodiscard]] std::uint64_t first_in_memory(std::uint64_t position) const {
        const RecordBatch* const batch = tail_.find_from(position);
        return batch != nullptr ? std::max(position, batch->first()) : visible_end_;
    }
    [[nodiscard]] SpoolThread& spool() { return spool_; }

private:
    SpoolThread& spool_;
    Tail tail_;
    std::uint64_t visible_end_;
};

}  // namespace conduitd
