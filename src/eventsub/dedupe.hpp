#pragma once

#include "base/id_digest.hpp"
#include "base/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace conduitd {

struct DedupeOptions {
    Duration window = std::chrono::minutes(10);
    std::size_t ids_max = 1'000'000;  // 1 to 2^30
};

enum class Freshness { fresh, repeated };

[[nodiscard]] IdDigest digest_of(std::string_view message_id);

// Remembers message ids (as XXH3-128 digests) for a window of time and up to a number of ids,
// across all sessions of a worker. A resend carries the same metadata.message_id (EventSub
// documentation); nothing else is ever taken for a repeat, and no message is refused for its age.
// When the count bound forces an id out before its time, that is counted.
//
// An id is remembered for `window` from the insert that was fresh, and forgotten by any insert
// later than 1.2 times that.
//
// Ids stand in a queue in order of arrival, cut into chunks that are reused, so that memory grows
// with use and nothing is allocated in the steady state. Each id has a number, one more than the
// one before. A hash table of list heads holds the number of the youngest id of each list, each id
// the number of the next older one in its list. An id leaves by the front of the queue and is not
// unlinked: a list ends where a number is no longer in the queue. That costs 16 bytes for a digest,
// 4 for its link and 2 to 4 for heads, and a lookup visits two ids at most on average.
class DedupeWindow {
public:
    explicit DedupeWindow(DedupeOptions options);

    // `now` does not run backwards.
    [[nodiscard]] Freshness insert(const IdDigest& id, TimePoint now);

    // Was it inserted, and not forgotten since?
    [[nodiscard]] bool has(const IdDigest& id) const;

    [[nodiscard]] std::size_t size() const { return next_ - oldest_; }
    [[nodiscard]] std::uint64_t evicted_early() const { return evicted_early_; }
    [[nodiscard]] std::size_t memory_bytes() const;

private:
    // Numbers wrap around; only differences between them mean something.
    using Number = std::uint32_t;
    using Digest = std::array<std::uint32_t, 4>;  // in 4-byte parts, so that an entry has 20 bytes

    struct Entry {
        Digest digest;
        Number older;
    };
    static constexpr std::size_t chunk_entries = 1024;
    using Chunk = std::array<Entry, chunk_entries>;

    // Ids are forgotten a slice at a time, once the youngest of the slice is older than the window.
    // A slice spans at most an eighth of the window.
    struct Slice {
        TimePoint first;
        TimePoint last;
        std::size_t ids;
    };

    void forget_expired(TimePoint now);
    void forget_oldest();
    void append(const Digest& digest, TimePoint now);
    void grow_heads();
    void make_room_for_next();
    [[nodiscard]] static Digest parts_of(const IdDigest& id);
    [[nodiscard]] bool contains(const Digest& digest) const;
    [[nodiscard]] Number& head_of(const Digest& digest);
    [[nodiscard]] Number head_of(const Digest& digest) const;
    [[nodiscard]] Entry& entry(Number number) const;

    DedupeOptions options_;
    std::vector<std::unique_ptr<Chunk>> chunks_;  // in queue order; those behind `next_` are spare
    std::vector<Number> heads_;                   // a power of two
    std::vector<Slice> slices_;                   // oldest first; nine of them cover the window
    Number first_ = 1;                            // the first entry of chunks_.front()
    Number oldest_ = 1;
    Number next_ = 1;  // not in the queue yet
    std::uint64_t evicted_early_ = 0;
};

}  // namespace conduitd
