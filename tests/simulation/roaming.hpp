#pragma once

#include "run.hpp"
#include "trace.hpp"

#include <cstdint>

namespace simulation {

// A fleet whose shards move: workers that take any shard, or are configured for some, beside
// others that wait for one; they stop, and leave their shards to others, crash, sleep, and come
// back, while Twitch orders sessions to move and somebody makes the conduit larger and smaller.
// What is judged stands at the head of checker.hpp, roaming_judge.hpp, home_judge.hpp,
// roaming_gaps.hpp, count_judge.hpp and look_judge.hpp.
[[nodiscard]] RunResult roam(std::uint64_t seed, Trace::Mode trace);

}  // namespace simulation
