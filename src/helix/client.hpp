#pragma once

#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "helix/api.hpp"
#include "helix/budget.hpp"
#include "helix/http.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace conduitd {

struct HelixOptions {
    HelixEndpoints endpoints;
    std::string client_id;
    std::string client_secret;  // empty when only a token was given
    std::string given_token;    // TWITCH_ACCESS_TOKEN; never renewed. Empty: client credentials
    std::string cached_token;  // from the state folder; validated before use, replaced when refused

    Duration validate_period = std::chrono::hours(1);  // Twitch asks for it: at start and hourly
    Duration renew_margin =
        std::chrono::minutes(30);  // a new token is asked for this long before the end
    Duration retry_delay_min = std::chrono::milliseconds(250);
    Duration retry_delay_max = std::chrono::seconds(15);
};

// How long a call may try. Attempts stop at whichever comes first.
struct Patience {
    Duration attempt_timeout = std::chrono::seconds(10);
    unsigned attempts_max = 1;
    TimePoint give_up_at = never;  // no attempt starts later
};

using CallId = std::uint32_t;
using RequestId = std::uint32_t;

struct OutgoingRequest {
    RequestId id;
    HttpRequest request;
};

struct Completion {
    CallId id;
    // A 2xx answer, or a HelixError. `reason` is for people ("the conduit limit is reached").
    Result<HttpResponse> answer;
    std::string reason;
};

enum class TokenState {
    none,        // not asked for yet, or being replaced
    requesting,  // client credentials under way
    validating,  // a given or cached token is being looked at for the first time
    usable,
    refused,  // only an operator helps; calls fail with credentials_refused or wrong_token_kind
};

// All traffic to id.twitch.tv and Helix of one worker, without I/O: keeps the token, sends what may
// be sent, sorts the answers. Protocol: call() or on_*(), then take next_request() and
// next_completion() until both are empty; on_deadline() at deadline().
//
// Token: a given or cached token is validated first; otherwise client credentials fetch one. At
// most one token request or validation is under way at a time (single flight); calls wait for it. A
// 401 on a call drops the token, fetches one new one, and repeats the call once; a second 401 is
// `unauthorized`. Refused client credentials (400, 403) end in `refused`; 5xx and network errors
// are retried with exponential backoff and full jitter, forever. Validation repeats every
// validate_period; with client credentials a refused one is replaced, a given one becomes
// `refused`. In `refused`, calls are answered at once with credentials_refused or wrong_token_kind;
// retry_token() starts over.
//
// Calls: network errors, 5xx, unreadable 2xx are repeated as `Patience` allows, with the same
// backoff; a rate-limited 429 waits for Ratelimit-Reset (clamped to 1..60 s, plus jitter) if
// Patience allows; anything else is sorted into a HelixError at once.
class HelixClient {
public:
    HelixClient(HelixOptions options, Log log, Random random);

    // `request` without Authorization: it is added with the token of the moment.
    CallId call(HttpRequest request, Patience patience, TimePoint now);
    void cancel(CallId id);  // no completion follows

    void on_response(RequestId id, Result<HttpResponse> answer, TimePoint now, WallTime wall);
    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now);

    [[nodiscard]] std::optional<OutgoingRequest> next_request();
    [[nodiscard]] std::optional<Completion> next_completion();

    // Fetches or validates the token now, without a call that needs it.
    void prepare_token(TimePoint now);
    void retry_token(TimePoint now);
    [[nodiscard]] TokenState token_state() const;
    [[nodiscard]] ErrorCode token_error() const;                     // set in `refused`
    [[nodiscard]] const std::string& token_reason() const;           // for people, set in `refused`
    [[nodiscard]] std::optional<std::string> take_token_to_store();  // a freshly granted one, once

    [[nodiscard]] const Budget& budget() const;

private:
    // the implementer's
};

}  // namespace conduitd
