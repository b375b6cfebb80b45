#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace conduitd {

struct DedupeOptions {
    Duration window = std::chrono::minutes(10);
    std::size_t ids_max = 1'000'000;
};

enum class Freshness { fresh, repeated };

// Remembers message ids (as XXH3-128 digests) for a window of time and up to a number of ids,
// across all sessions of a worker. A resend carries the same metadata.message_id (EventSub
// documentation); nothing else is ever taken for a repeat, and no message is refused for its age.
// When the count bound forces an id out before its time, that is counted.
class DedupeWindow {
public:
    explicit DedupeWindow(DedupeOptions options);

    [[nodiscard]] Freshness insert(std::string_view message_id, TimePoint now);

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] std::uint64_t evicted_early() const;

private:
    // the implementer's
};

}  // namespace conduitd
