#pragma once

#include "twitch_sim/model/model.hpp"

namespace twitch_sim {

struct Fault;
struct Target;
struct World;

// One HTTP call: to the admin API as it is; to the others under the faults that a test ordered, and
// counted.
[[nodiscard]] HttpAnswer on_http_call(World& world, const HttpCall& call, TimePoint now);

// How the answer to a call under that fault leaves.
[[nodiscard]] HttpAnswer::Delivery delivery_under(const Fault& fault);

// The answer of a fault with a status, in the error shape of the path unless it has a body of its
// own. The fault has a status.
[[nodiscard]] HttpAnswer make_fault_answer(const World& world, const Fault& fault,
                                           const HttpCall& call, const Target& target,
                                           TimePoint now);

}  // namespace twitch_sim
