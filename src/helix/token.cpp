#include "helix/token.hpp"

#include "base/defect.hpp"
#include "helix/error.hpp"
#include "helix/refusal.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace conduitd {
namespace {

// Renewals never come closer together than this, whatever the answers say of a token's life.
constexpr Duration renew_gap_min = std::chrono::seconds(1);
// A renewal that is refused while the old token still works: the operator may be rotating the
// secret, so it is tried again, at a pace that is no hammering.
constexpr Duration renew_refused_delay = std::chrono::minutes(1);
constexpr Duration failure_told_period = std::chrono::minutes(1);
constexpr Duration warn_of_end_period = std::chrono::hours(24);
constexpr std::string_view secret_hidden = "(hidden)";
// Twitch's secrets and tokens have 30 characters; what is as short as a word would garble answers.
constexpr std::size_t secret_bytes_min = 8;

void hide(std::string& text, const std::string& secret) {
    if (secret.size() < secret_bytes_min) return;
    for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
        text.replace(at, secret.size(), secret_hidden);
        at += secret_hidden.size();
    }
}

std::int64_t whole_seconds(Duration duration) {
    return std::chrono::floor<std::chrono::seconds>(duration).count();
}

}  // namespace

TokenKeeper::TokenKeeper(HelixOptions options, Log log, Random random)
    : options_(std::move(options)),
      log_(log),
      random_(random),
      retry_backoff_(options_.retry_delay_min, options_.retry_delay_max),
      replace_backoff_(options_.replace_delay_min, options_.replace_delay_max),
      margin_(options_.renew_margin) {}

void TokenKeeper::prepare(TimePoint now) {
    if (state_ == TokenState::none) begin(now);
}

void TokenKeeper::retry(const std::optional<Credentials>& credentials, TimePoint now) {
    if (state_ != TokenState::refused) return;
    if (credentials) {
        options_.client_secret = credentials->client_secret;
        options_.given_token = credentials->given_token;
    }
    error_ = {};
    reason_.clear();
    begin(now);
}

void TokenKeeper::begin(TimePoint now) {
    token_ = is_given() ? options_.given_token : std::exchange(options_.cached_token, {});
    token_since_ = now;
    is_substitute_ = false;
    is_validated_ = false;
    is_accepted_ = false;
    if (is_given() && !is_header_safe(token_)) {
        return refuse(HelixError::credentials_refused, std::string(given_token_is_refused));
    }
    if (!is_header_safe(token_)) return replace_token(Duration::zero(), now);
    state_ = TokenState::validating;
    validate_at_ = now;
    run_due(now);
}

std::optional<HttpRequest> TokenKeeper::next_request() {
    return std::exchange(outgoing_, std::nullopt);
}

void TokenKeeper::run_due(TimePoint now) {
    if (errand_ != Errand::none) return;
    if (now >= grant_at_) {
        grant_at_ = never;
        if (options_.is_cache_shared) {
            errand_ = Errand::cache;
        } else {
            ask_for_grant();
        }
    } else if (now >= validate_at_) {
        errand_ = Errand::validation;
        validate_at_ = never;
        outgoing_ = make_validate_request(options_.endpoints, token_);
    }
}

void TokenKeeper::ask_for_grant() {
    errand_ = Errand::grant;
    outgoing_ = make_token_request(options_.endpoints, options_.client_id, options_.client_secret);
}

void TokenKeeper::on_cached_token(const std::string& token, TimePoint now) {
    if (errand_ != Errand::cache) return;
    const bool is_known =
        token == token_ || token == dropped_token_ || is_planted(Defect::shared_token_overlooked);
    if (is_known || !is_header_safe(token)) return ask_for_grant();
    log_.info("token taken over from another worker of this host");
    errand_ = Errand::none;
    if (state_ == TokenState::usable) is_substitute_ = false;  // a renewal
    if (state_ != TokenState::usable) state_ = TokenState::validating;
    token_ = token;
    token_since_ = now;
    is_validated_ = false;
    is_accepted_ = false;
    validate_at_ = now;
    run_due(now);
}

Duration TokenKeeper::wait(TimePoint now) const {
    if (state_ == TokenState::refused) return Duration::max();
    const bool is_asking = state_ == TokenState::none || errand_ != Errand::none;
    if (state_ == TokenState::usable || is_asking) return Duration::zero();
    return std::max(std::min(grant_at_, validate_at_) - now, Duration::zero());
}

TimePoint TokenKeeper::deadline() const {
    if (errand_ != Errand::none) return warn_at_;
    return std::min({grant_at_, validate_at_, warn_at_});
}

void TokenKeeper::on_deadline(TimePoint now) {
    if (now >= warn_at_) warn_of_end(now);
    run_due(now);
}

void TokenKeeper::on_answer(const Result<HttpResponse>& answer, TimePoint now) {
    switch (std::exchange(errand_, Errand::none)) {
        case Errand::none:
            return;
        case Errand::cache:
            errand_ = Errand::cache;
            return;
        case Errand::grant:
            on_grant_answer(answer, now);
            break;
        case Errand::validation:
            on_validation_answer(answer, now);
            break;
    }
    run_due(now);
}

void TokenKeeper::on_grant_answer(const Result<HttpResponse>& answer, TimePoint now) {
    if (is_refusal(answer)) {
        failure_ = describe_failure(*answer);
        if (state_ != TokenState::usable) {
            return refuse(HelixError::credentials_refused, describe_refusal(*answer));
        }
        log_.warn("token renewal refused", {{"reason", failure_}});
        grant_at_ = now + renew_refused_delay;
        return;
    }
    auto granted = answer && answer->is_success() ? parse_token(answer->body)
                                                  : Result<GrantedToken>(HelixError::unavailable);
    if (!granted) {
        grant_at_ = after_failure("token request failed", answer, now);
        return;
    }
    failures_ = 0;
    retry_backoff_.reset();
    if (state_ == TokenState::usable) is_substitute_ = false;  // a renewal
    state_ = TokenState::usable;
    token_ = granted->access_token;
    token_to_store_ = token_;
    token_since_ = now;
    is_validated_ = false;
    is_accepted_ = false;
    log_.info("token granted", {{"expires_in", whole_seconds(granted->expires_in)}});

    margin_ = options_.renew_margin;
    if (granted->expires_in > Duration::zero()) {
        margin_ = std::min(margin_, granted->expires_in / 2);
    }
    schedule_renewal(granted->expires_in, now);
    validate_at_ = now;
}

void TokenKeeper::on_validation_answer(const Result<HttpResponse>& answer, TimePoint now) {
    if (answer && answer->status == 401) {
        failure_ = describe_failure(*answer);
        if (is_given()) {
            return refuse(HelixError::credentials_refused, std::string(given_token_is_refused));
        }
        log_.warn("token refused at validation", {{"reason", failure_}});
        return replace_token(replacement_delay(now), now);
    }
    const auto info = answer && answer->is_success() ? parse_validation(answer->body)
                                                     : Result<TokenInfo>(HelixError::unavailable);
    if (!info) {
        validate_at_ = after_failure("token validation failed", answer, now);
        return;
    }
    const bool is_foreign = !options_.client_id.empty() && info->client_id != options_.client_id;
    if (is_given() && is_foreign) {
        return refuse(HelixError::credentials_refused, std::string(given_token_is_foreign));
    }
    if (is_given() && !info->login.empty()) {
        return refuse(HelixError::wrong_token_kind, std::string(given_token_is_a_users));
    }
    if (is_foreign || !info->login.empty()) {
        log_.warn(is_foreign ? "token is of another client id" : "token is no app access token");
        return replace_token(replacement_delay(now), now);
    }
    on_validated(*info, now);
}

void TokenKeeper::on_validated(const TokenInfo& info, TimePoint now) {
    const Log::Fields fields = {{"expires_in", whole_seconds(info.expires_in)}};
    if (!is_validated_ || failures_ > 0) {
        log_.info("token validated", fields);
    } else {
        log_.debug("token validated", fields);
    }
    failures_ = 0;
    retry_backoff_.reset();
    state_ = TokenState::usable;
    is_validated_ = true;
    options_.client_id = info.client_id;
    validate_at_ = now + options_.validate_period;
    schedule_renewal(info.expires_in, now);
}

void TokenKeeper::on_accepted(const std::string& token) {
    if (state_ != TokenState::usable || token != token_) return;
    is_accepted_ = true;
}

void TokenKeeper::on_unauthorized(const std::string& token, TimePoint now) {
    if (state_ != TokenState::usable || token != token_) return;
    if (is_given()) {
        return refuse(HelixError::credentials_refused, std::string(given_token_is_refused));
    }
    const auto delay = replacement_delay(now);
    if (is_substitute_ && !has_served(now))
        failure_ = "Helix refuses the tokens that Twitch grants";
    const auto delay_ms = std::chrono::ceil<std::chrono::milliseconds>(delay).count();
    log_.warn("token refused by a call, asking for another", {{"retry_ms", delay_ms}});
    replace_token(delay, now);
    run_due(now);
}

void TokenKeeper::replace_token(Duration delay, TimePoint now) {
    if (options_.client_secret.empty()) {
        return refuse(HelixError::credentials_refused, std::string(cached_token_without_secret));
    }
    state_ = TokenState::requesting;
    is_substitute_ = !token_.empty();
    if (is_substitute_) dropped_token_ = std::exchange(token_, {});
    token_to_store_.reset();
    margin_ = options_.renew_margin;
    validate_at_ = never;
    // A renewal is under way: it brings the replacement.
    if (errand_ == Errand::grant || errand_ == Errand::cache) return;
    errand_ = Errand::none;  // a validation of the dropped token tells nothing
    outgoing_.reset();
    grant_at_ = now + delay;
    run_due(now);
}

void TokenKeeper::refuse(ErrorCode error, std::string reason) {
    log_.warn("credentials refused", {{"reason", reason}});
    state_ = TokenState::refused;
    error_ = error;
    reason_ = std::move(reason);
    token_.clear();
    token_to_store_.reset();
    errand_ = Errand::none;
    outgoing_.reset();
    grant_at_ = validate_at_ = warn_at_ = never;
}

void TokenKeeper::schedule_renewal(Duration expires_in, TimePoint now) {
    grant_at_ = token_ends_at_ = never;
    if (expires_in <= Duration::zero()) {
        warn_at_ = never;
        return;
    }
    token_ends_at_ = now + expires_in;
    const auto margin_begins_at = now + std::max(expires_in - margin_, renew_gap_min);
    if (!is_given()) {
        if (!options_.client_secret.empty()) grant_at_ = margin_begins_at;
        return;
    }
    warn_at_ = margin_begins_at;
    if (warned_at_) warn_at_ = std::max(warn_at_, *warned_at_ + warn_of_end_period);
}

void TokenKeeper::warn_of_end(TimePoint now) {
    log_.warn("the given access token ends soon",
              {{"expires_in", whole_seconds(std::max(token_ends_at_ - now, Duration::zero()))}});
    warned_at_ = now;
    warn_at_ = now + warn_of_end_period;
}

// Calls took it, and not only for a moment.
bool TokenKeeper::has_served(TimePoint now) const {
    return is_accepted_ && now - token_since_ >= options_.replace_stable_after;
}

// Zero for the first token that is refused. One that took its place, and has not served either, is
// replaced with a backoff: else a Twitch that grants tokens and then refuses them would be asked
// without a pause.
Duration TokenKeeper::replacement_delay(TimePoint now) {
    if (has_served(now)) replace_backoff_.reset();
    const bool is_first = has_served(now) || !is_substitute_ || state_ == TokenState::validating;
    if (is_first) return Duration::zero();
    if (is_planted(Defect::token_replaced_at_once)) return Duration::zero();
    return replace_backoff_.next(random_);
}

// When a failed errand is due again. The first failure in a row is a warning, and then one a
// minute.
TimePoint TokenKeeper::after_failure(std::string_view what, const Result<HttpResponse>& answer,
                                     TimePoint now) {
    failure_ = !answer                ? answer.error().message()
               : answer->is_success() ? "the answer is not readable"
                                      : describe_failure(*answer);
    const auto delay = retry_backoff_.next(random_);
    const auto delay_ms = std::chrono::ceil<std::chrono::milliseconds>(delay).count();
    const Log::Fields fields = {
        {"url", options_.endpoints.id_url.origin()}, {"reason", failure_}, {"retry_ms", delay_ms}};
    if (failures_++ == 0 || now >= failure_told_at_ + failure_told_period) {
        failure_told_at_ = now;
        log_.warn(what, fields);
    } else {
        log_.debug(what, fields);
    }
    return now + delay;
}

std::optional<std::string> TokenKeeper::take_token_to_store() {
    return std::exchange(token_to_store_, std::nullopt);
}

void TokenKeeper::hide_secrets(std::string& text) const {
    hide(text, options_.client_secret);
    hide(text, options_.given_token);
    hide(text, token_);
}

}  // namespace conduitd
