#pragma once

#include "run.hpp"
#include "trace.hpp"

#include <cstdint>

namespace simulation {

// The start of a fleet that is to serve one conduit, which nobody has named (`auto`): on an account
// without one, or with one that is to be grown; and once more after all were stopped, with what
// they remember, now and then of a conduit that an operator has deleted meanwhile. Where another
// may take its place, it is deleted once more while it is served. Minutes of virtual time, for
// hosts with a lock each and a file that remembers. What goes wrong: calls are
// late, lost before or after they take effect, or answered 500; somebody else uses a conduit as
// soon as it is there. What is judged stands at the head of founding_judge.hpp.
[[nodiscard]] RunResult found(std::uint64_t seed, Trace::Mode trace);

}  // namespace simulation
