#pragma once

#include "helix/api.hpp"
#include "worker/conduit_steps.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace conduitd {

// What an operator is told when no conduit can be served: what was found, what is allowed, what to
// do. Ids come from outside: they are made printable, and of many conduits the first are named.

// "3f6d… (5 shards), 8c1b… (1 shard)"; "none".
[[nodiscard]] std::string describe(const std::vector<Conduit>& conduits);

[[nodiscard]] std::string describe_missing(std::string_view id,
                                           const std::vector<Conduit>& conduits);
// The remembered one, of a worker that may not make another.
[[nodiscard]] std::string describe_gone(std::string_view id, const std::vector<Conduit>& conduits);
[[nodiscard]] std::string describe_several(const std::vector<Conduit>& conduits);
// `growth_refusal` says why there are no more shards; empty where none were asked for.
[[nodiscard]] std::string describe_out_of_range(const ConduitWish& wish, const Conduit& conduit,
                                                std::string_view growth_refusal);
[[nodiscard]] std::string describe_out_of_range(const ConduitWish& wish);  // of one to be created
[[nodiscard]] std::string describe_refused_creation(const ConduitWish& wish,
                                                    std::string_view reason);
[[nodiscard]] std::string describe_limit_reached(std::string_view reason);

}  // namespace conduitd
