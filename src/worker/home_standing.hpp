#pragma once

#include "base/shard_set.hpp"
#include "worker/binding.hpp"
#include "worker/listing.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace conduitd {

// How a worker's home shards stand, by a listing: those that are not named here are at its session.
struct HomeStanding {
    ShardSet astray;    // not enabled, not listed, or at a session that this worker had before
    ShardSet hosted;    // at another's session that carries more than these: it keeps them for us
    ShardSet taken;     // at another's session that carries nothing else, or a webhook's
    ShardSet gone;      // the conduit has so many shards no more
    std::string found;  // of one that is astray: where it is, or its status

    [[nodiscard]] bool is_whole() const {
        return astray.empty() && hosted.empty() && taken.empty() && gone.empty();
    }
};

[[nodiscard]] HomeStanding judge_home(const Listing& listing, const ShardSet& home,
                                      std::string_view session_id, const Binding& binding);

// Of one that is taken: whose it is.
[[nodiscard]] std::string holder_of(const Listing& listing, std::uint32_t shard);
// Likewise of several, each named once.
[[nodiscard]] std::string holders_of(const Listing& listing, const ShardSet& shards);

}  // namespace conduitd
