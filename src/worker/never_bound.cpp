#include "worker/never_bound.hpp"

#include <utility>
#include <vector>

namespace conduitd {

std::optional<NeverBound::Found> NeverBound::note(const Listing& listing, TimePoint at) {
    std::vector<std::uint32_t> now_unbound;
    std::vector<std::uint32_t> still_unbound;
    for (const auto shard : listing.unserved()) {
        if (listing.find(shard) != nullptr) continue;
        now_unbound.push_back(shard);
        if (seen_ && seen_->shards.contains(shard)) still_unbound.push_back(shard);
    }
    if (!seen_) {
        seen_ = Found{ShardSet(std::move(now_unbound)), at};
        return std::nullopt;
    }
    Found found{ShardSet(std::move(still_unbound)), seen_->since};
    if (at - found.since < patience) {
        seen_->shards = std::move(found.shards);  // what is new waits for the next round
        return std::nullopt;
    }
    seen_ = Found{ShardSet(std::move(now_unbound)), at};
    if (found.shards.empty()) return std::nullopt;
    return found;
}

}  // namespace conduitd
