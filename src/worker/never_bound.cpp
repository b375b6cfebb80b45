#include "worker/never_bound.hpp"

#include <utility>

namespace conduitd {

NeverBound::Found NeverBound::note(const Listing& listing, TimePoint began_at, TimePoint now) {
    const auto before = std::exchange(noted_at_, began_at).value_or(began_at);
    const auto seen = std::exchange(seen_, {});
    Found found;
    for (const auto shard : listing.unserved()) {
        if (listing.find(shard) != nullptr) continue;
        const auto known = seen.find(shard);
        auto unbound = known != seen.end() ? known->second : Unbound{before, now};
        if (now - unbound.told_at >= patience) {
            unbound.told_at = now;
            found.emplace(shard, unbound.since);
        }
        seen_.emplace(shard, unbound);
    }
    return found;
}

}  // namespace conduitd
