#pragma once

#include "base/random.hpp"
#include "base/shard_set.hpp"
#include "base/time.hpp"
#include "worker/listing.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace conduitd {

// What a worker may take from a listing for its own, without taking anything from anybody.
struct Vacancies {
    ShardSet free;    // nobody's: see Listing::Place::is_free()
    ShardSet guests;  // of sessions that carry more than one: all but the lowest of each
    bool has_fresh_deaths = false;  // of the others, some died within the grace: for their owners

    [[nodiscard]] bool empty() const { return free.empty() && guests.empty(); }
};

// `own_session` hosts nothing that would be worth taking. A shard that has been dead for less than
// `grace` is left to its owner, who is on its way back to it; by the server's clock, which tells
// seconds.
[[nodiscard]] Vacancies find_vacancies(const Listing& listing, std::string_view own_session,
                                       Duration grace);

// The same for a worker that is configured for the shards in `wish`: guests are those at sessions
// that carry others too.
[[nodiscard]] Vacancies find_vacancies(const Listing& listing, std::string_view own_session,
                                       Duration grace, const ShardSet& wish);

// At a session that carries shards besides those in `ours`: their host, who only keeps them until
// their owner comes.
[[nodiscard]] bool is_host(const Listing& listing, std::string_view session_id,
                           const ShardSet& ours);

// The preferred one if it is to be had; else a free one, and last a guest, at random, so that
// workers that choose at the same moment choose different ones. Of n that choose among n free
// shards, about a third collide: the one whose claim came last has it, and the others choose again.
[[nodiscard]] std::optional<std::uint32_t> choose_shard(const Vacancies& vacancies,
                                                        std::optional<std::uint32_t> preferred,
                                                        Random& random);

}  // namespace conduitd
