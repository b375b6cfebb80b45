#pragma once

#include "base/time.hpp"
#include "worker/listing.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

namespace conduitd {

// Shards that nobody has claimed yet: a conduit may have more of them than it has workers, and
// Twitch drops what it would send to them. Their owners may be just starting, so they count only
// when two listings tell of them, the second a while after the first.
class NeverBound {
public:
    static constexpr Duration patience = std::chrono::seconds(20);

    // By shard: nobody has had it since then. A listing tells of those that are there; one that was
    // made may have been made right behind the listing before, and has lost messages since.
    using Found = std::map<std::uint32_t, TimePoint>;
    // Each listing, as it was begun and as of now. Each shard that lasts is told once in a
    // `patience`.
    [[nodiscard]] Found note(const Listing& listing, TimePoint began_at, TimePoint now);

private:
    struct Unbound {
        TimePoint since;
        TimePoint told_at;  // or first seen
    };
    std::map<std::uint32_t, Unbound> seen_;
    std::optional<TimePoint> noted_at_;  // the listing before
};

}  // namespace conduitd
