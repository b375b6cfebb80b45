#include "helix/client.hpp"

#include "base/defect.hpp"
#include "base/ensure.hpp"
#include "helix/error.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace conduitd {
namespace {

// The keeper draws from a sequence of its own, so that token and calls do not disturb each other.
Random split(Random& random) {
    return Random(random.below(std::numeric_limits<std::uint64_t>::max()));
}

}  // namespace

HelixClient::HelixClient(HelixOptions options, Log log, Random random)
    : retry_delay_min_(options.retry_delay_min),
      retry_delay_max_(options.retry_delay_max),
      log_(log),
      random_(std::move(random)),
      token_(std::move(options), log, split(random_)) {}

CallId HelixClient::call(HttpRequest request, Patience patience, TimePoint now) {
    ensure(patience.attempts_max > 0, "a call may try at least once");
    const auto id = ++last_call_id_;
    request.timeout = patience.attempt_timeout;
    calls_.emplace(id,
                   Call{std::move(request), patience, Backoff(retry_delay_min_, retry_delay_max_)});
    token_.prepare(now);
    pump(now);
    return id;
}

std::optional<RequestId> HelixClient::cancel(CallId id) {
    std::erase_if(completions_, [&](const Completion& completion) { return completion.id == id; });
    const auto found = calls_.find(id);
    if (found == calls_.end()) return std::nullopt;
    const auto request_id = found->second.request_id;
    auto token = std::move(found->second.token);
    calls_.erase(found);
    const auto unsent = std::erase_if(
        outgoing_, [&](const OutgoingRequest& outgoing) { return outgoing.id == request_id; });
    if (unsent > 0 || !request_id) return std::nullopt;
    cancelled_.emplace(*request_id, std::move(token));
    return request_id;
}

void HelixClient::on_response(RequestId id, Result<HttpResponse> answer, TimePoint now,
                              WallTime wall) {
    if (id == token_request_id_) {
        token_request_id_.reset();
        if (answer && !answer->is_success()) token_.hide_secrets(answer->body);
        token_.on_answer(answer, now);
        return pump(now);
    }
    const auto found = std::ranges::find(calls_, std::optional(id),
                                         [](const auto& entry) { return entry.second.request_id; });
    if (answer) budget_.read(*answer);
    if (found == calls_.end()) return on_cancelled_answer(id, answer, now);
    if (answer) token_.hide_secrets(answer->body);
    found->second.request_id.reset();
    if (on_call_answer(found->first, found->second, std::move(answer), now, wall)) {
        calls_.erase(found);
    }
    pump(now);
}

// Nobody waits for it, but what it says of the points and the token is news.
void HelixClient::on_cancelled_answer(RequestId id, const Result<HttpResponse>& answer,
                                      TimePoint now) {
    const auto cancelled = cancelled_.extract(id);
    if (!cancelled || judge_call(answer).verdict != CallVerdict::token_refused) return;
    token_.on_unauthorized(cancelled.mapped(), now);
    pump(now);
}

// Answers whether the call is complete.
bool HelixClient::on_call_answer(CallId id, Call& call, Result<HttpResponse> answer, TimePoint now,
                                 WallTime wall) {
    auto judgement = judge_call(answer);
    const bool is_judged_by_helix = answer && judgement.verdict != CallVerdict::failed;
    if (is_judged_by_helix && judgement.verdict != CallVerdict::token_refused) {
        token_.on_accepted(call.token);
    }
    call.reason = judgement.reason;
    switch (judgement.verdict) {
        case CallVerdict::good:
            complete(id, std::move(answer), {});
            return true;
        case CallVerdict::refused:
            complete(id, judgement.error, std::move(judgement.reason));
            return true;
        case CallVerdict::failed:
            return try_later(id, call, call.backoff.next(random_), now);
        case CallVerdict::rate_limited: {
            Budget bucket;
            bucket.read(*answer);
            const auto delay = wait_for_bucket(bucket.full_again_at, wall, random_);
            tell_no_points(delay, now);
            const bool is_complete = try_later(id, call, delay, now);
            if (is_complete) completions_.back().points_at = now + delay;
            return is_complete;
        }
        case CallVerdict::token_refused:
            break;
    }
    if (call.is_repeated_after_401) {
        complete(id, judgement.error, std::move(judgement.reason));
        return true;
    }
    call.is_repeated_after_401 = true;
    --call.attempts;  // the repeat is the token's second try, not the call's
    if (!is_planted(Defect::token_kept)) token_.on_unauthorized(call.token, now);
    return false;
}

// Once for all calls that meet it, and for as long as it lasts.
void HelixClient::tell_no_points(Duration delay, TimePoint now) {
    const bool is_told = now < no_points_until_;
    no_points_until_ = std::max(no_points_until_, now + delay);
    if (is_told) return;
    log_.warn("the client id has no points left: calls wait for the next ones",
              {{"again_in_ms", std::chrono::ceil<std::chrono::milliseconds>(delay).count()}});
}

bool HelixClient::try_later(CallId id, Call& call, Duration delay, TimePoint now) {
    if (call.attempts >= call.patience.attempts_max || now + delay >= call.patience.give_up_at) {
        complete(id, ErrorCode(HelixError::unavailable), call.reason);
        return true;
    }
    const auto delay_ms = std::chrono::ceil<std::chrono::milliseconds>(delay).count();
    log_.debug("call failed, trying again",
               {{"attempt", call.attempts}, {"reason", call.reason}, {"retry_ms", delay_ms}});
    call.retry_at = now + delay;
    return false;
}

// What the token allows by now, and what time forbids.
void HelixClient::pump(TimePoint now) {
    if (auto request = token_.next_request()) token_request_id_ = enqueue(std::move(*request));
    for (auto entry = calls_.begin(); entry != calls_.end();) {
        const bool is_complete = advance(entry->first, entry->second, now);
        entry = is_complete ? calls_.erase(entry) : std::next(entry);
    }
}

// Answers whether the call is complete.
bool HelixClient::advance(CallId id, Call& call, TimePoint now) {
    if (call.request_id) return false;
    if (token_.state() == TokenState::refused) {
        complete(id, token_.error(), token_.reason());
        completions_.back().was_sent = call.attempts > 0;
        return true;
    }
    if (now >= call.patience.give_up_at) {
        complete(id, ErrorCode(HelixError::unavailable), why_waiting(call));
        completions_.back().was_sent = call.attempts > 0;
        return true;
    }
    if (call.retry_at && now >= *call.retry_at) call.retry_at.reset();
    if (!call.retry_at && token_.state() == TokenState::usable) send(call);
    return false;
}

// What a call that gives up without an attempt under way was waiting for.
std::string HelixClient::why_waiting(const Call& call) const {
    if (token_.state() == TokenState::usable) {
        return call.reason.empty() ? "its time was over before it could be sent" : call.reason;
    }
    const auto& failure = token_.failure();
    return failure.empty() ? "no access token yet" : "no access token yet: " + failure;
}

void HelixClient::send(Call& call) {
    ++call.attempts;
    call.token = token_.token();
    call.request_id = enqueue(authorize(call.request, token_.client_id(), call.token));
}

RequestId HelixClient::enqueue(HttpRequest request) {
    const auto id = ++last_request_id_;
    outgoing_.push_back({id, std::move(request)});
    return id;
}

void HelixClient::complete(CallId id, Result<HttpResponse> answer, std::string reason) {
    completions_.push_back({.id = id, .answer = std::move(answer), .reason = std::move(reason)});
}

TimePoint HelixClient::deadline() const {
    auto deadline = token_.deadline();
    for (const auto& entry : calls_) {
        const auto& call = entry.second;
        if (call.request_id) continue;
        deadline = std::min({deadline, call.patience.give_up_at, call.retry_at.value_or(never)});
    }
    return deadline;
}

void HelixClient::on_deadline(TimePoint now) {
    token_.on_deadline(now);
    pump(now);
}

std::optional<OutgoingRequest> HelixClient::next_request() {
    if (outgoing_.empty()) return std::nullopt;
    auto request = std::move(outgoing_.front());
    outgoing_.pop_front();
    return request;
}

std::optional<Completion> HelixClient::next_completion() {
    if (completions_.empty()) return std::nullopt;
    auto completion = std::move(completions_.front());
    completions_.pop_front();
    return completion;
}

void HelixClient::prepare_token(TimePoint now) {
    token_.prepare(now);
    pump(now);
}

void HelixClient::retry_token(const std::optional<Credentials>& credentials, TimePoint now) {
    token_.retry(credentials, now);
    pump(now);
}

void HelixClient::on_cached_token(const std::string& token, TimePoint now) {
    token_.on_cached_token(token, now);
    pump(now);
}

std::optional<std::string> HelixClient::take_token_to_store() {
    return token_.take_token_to_store();
}

}  // namespace conduitd
