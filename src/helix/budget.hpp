#pragma once

#include "base/time.hpp"
#include "helix/http.hpp"

#include <cstdint>
#include <optional>

namespace conduitd {

// The points of the client id's bucket, as the last answer told: Ratelimit-Limit,
// Ratelimit-Remaining, Ratelimit-Reset (Unix seconds). One bucket serves all workers of a client
// id, so this is a reading and no reservation.
struct Budget {
    std::optional<std::uint32_t> limit;
    std::optional<std::uint32_t> remaining;
    std::optional<WallTime> full_again_at;

    // Takes over what the answer has; keeps the rest.
    void read(const HttpResponse& response);
};

// Is a 429 the rate limit's, or the endpoint's own (a sixth conduit)? With points left it is the
// endpoint's and must not be retried.
enum class TooMany { rate_limited, endpoint_limit };
[[nodiscard]] TooMany meaning_of_429(const HttpResponse& response);

}  // namespace conduitd
