#pragma once

#include "base/shard_set.hpp"
#include "helix/api.hpp"
#include "helix/client.hpp"
#include "worker/actions.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace conduitd {

struct ConduitWish {
    std::string id;                 // empty: the only one there is, or a created one
    std::uint32_t shard_count = 1;  // of a created one
    ShardSet shards{0};             // must be in the conduit's range
};

struct ConduitFound {
    std::string id;
    std::uint32_t shard_count = 0;
};
struct CreateConduit {};  // there is none: create one, then search again
struct SearchAgain {
    std::string why;  // no answer that counts
};
struct CannotServe {
    ExitCode code;
    std::string why;  // one message: what was found, what is allowed, what to do
};
using SearchVerdict = std::variant<ConduitFound, CreateConduit, SearchAgain, CannotServe>;

// What a Get Conduits answer means for the wish.
[[nodiscard]] SearchVerdict judge_conduits(const ConduitWish& wish, const Completion& completion);

// What a Create Conduits answer means. Creating is not idempotent: whatever comes that is no clear
// answer, the list is asked again instead of repeating the call.
[[nodiscard]] SearchVerdict judge_creation(const ConduitWish& wish, const Completion& completion);

}  // namespace conduitd
