#pragma once

#include "base/backoff.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "helix/budget.hpp"
#include "helix/call_answer.hpp"
#include "helix/http.hpp"
#include "helix/options.hpp"
#include "helix/token.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace conduitd {

// How long a call may try. Attempts stop at whichever comes first.
struct Patience {
    Duration attempt_timeout = std::chrono::seconds(10);
    unsigned attempts_max = 1;     // the repeat after a first 401 is not counted
    TimePoint give_up_at = never;  // no attempt starts then or later; one under way goes on
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
    bool was_sent = true;  // else Twitch knows nothing of it
    // The client id has no points left: before this there is no use in another call.
    TimePoint points_at = TimePoint::min();
};

// All traffic to id.twitch.tv and Helix of one worker, without I/O: keeps the token, sends what may
// be sent, sorts the answers. Protocol: call() or on_*(), then take next_request() and
// next_completion() until both are empty; on_deadline() at deadline().
//
// Token: a given or cached token is validated first; otherwise client credentials fetch one, which
// is used at once and validated beside that. At most one token request or validation is under way
// at a time (single flight); calls without a token wait for it, and it is renewed renew_margin
// before its end, or at half its life when that is shorter, while the old one stays in use. A 401
// on a call drops the token it was sent with, fetches one new one, and repeats the call once; a
// second 401 is `unauthorized`. Where no call accepts the new one either, the next are fetched with
// a backoff (HelixOptions), and calls wait for them as their Patience allows. Refused client
// credentials (400, 401, 403) end in `refused`; 5xx and network errors are retried with exponential
// backoff and full jitter, forever. Validation repeats every validate_period; with client
// credentials a refused token is replaced, a given one becomes `refused`. In `refused`, calls are
// answered at once with credentials_refused or wrong_token_kind; retry_token() starts over.
//
// Calls: network errors and 5xx are repeated as `Patience` allows, with the same backoff; a
// rate-limited 429 waits for Ratelimit-Reset (clamped to 1..60 s, plus jitter) if Patience allows;
// anything else is sorted into a HelixError at once. A wait that would pass give_up_at is not
// begun: the call ends `unavailable` there and then. Bodies are not judged: the caller parses a
// 2xx, and calls again when it cannot be read.
class HelixClient {
public:
    HelixClient(HelixOptions options, Log log, Random random);

    // `request` without Authorization: it is added with the token of the moment.
    // Precondition: attempts_max > 0.
    CallId call(HttpRequest request, Patience patience, TimePoint now);
    // No completion follows; of the answer to a request under way is read only what it says of the
    // points that are left, and whether it refuses the token. Returns that request, which Twitch
    // may still act upon, if there is one: an id that is not known, or completed, is nothing to
    // cancel.
    std::optional<RequestId> cancel(CallId id);

    // An answer to a request that nobody waits for any more is passed over.
    void on_response(RequestId id, Result<HttpResponse> answer, TimePoint now, WallTime wall);
    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now);

    [[nodiscard]] std::optional<OutgoingRequest> next_request();
    [[nodiscard]] std::optional<Completion> next_completion();
    [[nodiscard]] bool has_completion() const { return !completions_.empty(); }

    // Fetches or validates the token now, without a call that needs it.
    void prepare_token(TimePoint now);
    // Starts over from `refused`, with other credentials where they are given; in any other state
    // there is nothing to do.
    void retry_token(const std::optional<Credentials>& credentials, TimePoint now);
    [[nodiscard]] TokenState token_state() const { return token_.state(); }
    // As TokenKeeper::ends_at().
    [[nodiscard]] TimePoint token_ends_at() const { return token_.ends_at(); }
    [[nodiscard]] Duration token_wait(TimePoint now) const { return token_.wait(now); }
    [[nodiscard]] ErrorCode token_error() const { return token_.error(); }  // set in `refused`
    // For people, set in `refused`.
    [[nodiscard]] const std::string& token_reason() const { return token_.reason(); }
    // The place where tokens are kept for others too is to be locked, until this is false again.
    [[nodiscard]] bool wants_token_cache_lock() const { return token_.wants_cache_lock(); }
    // Once it is locked, or cannot be: what it has; empty for nothing.
    void on_cached_token(const std::string& token, TimePoint now);
    // A freshly granted one, once.
    [[nodiscard]] std::optional<std::string> take_token_to_store();
    // The configured one, or that of the given token once it is validated; empty before that.
    [[nodiscard]] const std::string& client_id() const { return token_.client_id(); }

    [[nodiscard]] const Budget& budget() const { return budget_; }

private:
    struct Call {
        HttpRequest request;  // without Authorization
        Patience patience;
        Backoff backoff;
        unsigned attempts = 0;
        bool is_repeated_after_401 = false;
        // At most one of these: a request under way, or a wait before the next attempt. With
        // neither, the call waits for a token.
        std::optional<RequestId> request_id{};
        std::optional<TimePoint> retry_at{};
        std::string token{};   // the last attempt was sent with it
        std::string reason{};  // why the last attempt failed
    };
    using Calls = std::map<CallId, Call>;  // in the order they were made

    void pump(TimePoint now);
    [[nodiscard]] bool advance(CallId id, Call& call, TimePoint now);
    [[nodiscard]] std::string why_waiting(const Call& call) const;
    void send(Call& call);
    void on_cancelled_answer(RequestId id, const Result<HttpResponse>& answer, TimePoint now);
    [[nodiscard]] bool on_call_answer(CallId id, Call& call, Result<HttpResponse> answer,
                                      TimePoint now, WallTime wall);
    void tell_no_points(Duration delay, TimePoint now);
    [[nodiscard]] bool try_later(CallId id, Call& call, Duration delay, TimePoint now);
    void complete(CallId id, Result<HttpResponse> answer, std::string reason);
    RequestId enqueue(HttpRequest request);

    Duration retry_delay_min_;
    Duration retry_delay_max_;
    Log log_;
    Random random_;
    TokenKeeper token_;
    Budget budget_;
    TimePoint no_points_until_ = TimePoint::min();  // that has been told

    Calls calls_;
    std::map<RequestId, std::string> cancelled_;  // tokens of those under way
    std::optional<RequestId> token_request_id_;
    CallId last_call_id_ = 0;
    RequestId last_request_id_ = 0;
    std::deque<OutgoingRequest> outgoing_;
    std::deque<Completion> completions_;
};

}  // namespace conduitd
