#include "helix/call_answer.hpp"

#include "helix/api.hpp"
#include "helix/budget.hpp"
#include "helix/error.hpp"

#include <algorithm>

namespace conduitd {

CallJudgement judge_call(const Result<HttpResponse>& answer) {
    if (!answer) {
        return {CallVerdict::failed, HelixError::unavailable, answer.error().message()};
    }
    if (answer->is_success()) return {CallVerdict::good, {}, {}};

    auto reason = describe_failure(*answer);
    switch (answer->status) {
        case 401:
            return {CallVerdict::token_refused, HelixError::unauthorized, std::move(reason)};
        case 404:
            return {CallVerdict::refused, HelixError::not_found, std::move(reason)};
        case 408:
            return {CallVerdict::failed, HelixError::unavailable, std::move(reason)};
        case 429:
            if (meaning_of_429(*answer) == TooMany::endpoint_limit) {
                return {CallVerdict::refused, HelixError::limit_reached, std::move(reason)};
            }
            return {CallVerdict::rate_limited, HelixError::unavailable, std::move(reason)};
        default:
            break;
    }
    if (answer->status >= 400 && answer->status < 500) {
        return {CallVerdict::refused, HelixError::invalid_request, std::move(reason)};
    }
    // 5xx; and redirects, which no API call of Twitch's answers with but captive portals do.
    return {CallVerdict::failed, HelixError::unavailable, std::move(reason)};
}

Duration wait_for_bucket(std::optional<WallTime> full_again_at, WallTime wall, Random& random) {
    const auto wait = full_again_at ? *full_again_at - wall : bucket_wait_min;
    return std::clamp(wait, bucket_wait_min, bucket_wait_max) + random.up_to(bucket_wait_jitter);
}

}  // namespace conduitd
