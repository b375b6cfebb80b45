#pragma once

#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "worker/listing.hpp"

#include <chrono>
#include <optional>

namespace conduitd {

// Shards that nobody has claimed yet: a conduit may have more of them than it has workers, and
// Twitch drops what it would send to them. Their owners may be just starting, so they count only
// when two listings tell of them, the second a while after the first.
class NeverBound {
public:
    static constexpr Duration patience = std::chrono::seconds(20);

    struct Found {
        ShardSet shards;
        TimePoint since;  // there was a listing then, and nobody had them
    };
    // Each listing, as of `at`. Those it tells of for long enough are told once in a `patience`.
    [[nodiscard]] std::optional<Found> note(const Listing& listing, TimePoint at);

private:
    std::optional<Found> seen_;
};

}  // namespace conduitd
