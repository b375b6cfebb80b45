#pragma once

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "helix/http.hpp"

#include <optional>
#include <string>

namespace conduitd {

// What an answer to a Helix call asks of the client.
enum class CallVerdict {
    good,           // 2xx
    token_refused,  // 401
    rate_limited,   // 429 with an empty bucket: repeat once it has points again
    failed,         // network, 408, 5xx, and what is no answer of an API: repeat with backoff
    refused,        // repeating is of no use; `error` says why
};

struct CallJudgement {
    CallVerdict verdict{};
    ErrorCode error;     // what the call ends with when it is not repeated; none when good
    std::string reason;  // for people; empty when good
};

[[nodiscard]] CallJudgement judge_call(const Result<HttpResponse>& answer);

// Ratelimit-Reset says when the bucket is full again; a clock that is off must neither make us
// spin nor stall, and a fleet that ran dry together must not come back together.
inline constexpr Duration bucket_wait_min = std::chrono::seconds(1);
inline constexpr Duration bucket_wait_max = std::chrono::seconds(60);
inline constexpr Duration bucket_wait_jitter = std::chrono::seconds(1);
[[nodiscard]] Duration wait_for_bucket(std::optional<WallTime> full_again_at, WallTime wall,
                                       Random& random);

}  // namespace conduitd
