#pragma once

#include "worker/status.hpp"

#include <string>

namespace conduitd {

// Whether a worker does what it is there for: its session is live and has every shard that it
// claims, or it stands by because others have them all. What starts workers one after the other
// waits for it.
struct Readiness {
    bool is_ready = false;
    std::string reason = {};  // why not, for people; empty when it is ready
};

[[nodiscard]] Readiness readiness_of(const WorkerStatus& worker);

// {"ready":false,"state":"seeking","reason":"…"}; the reason is null when it is ready.
[[nodiscard]] std::string make_readiness_document(const WorkerStatus& worker);

}  // namespace conduitd
