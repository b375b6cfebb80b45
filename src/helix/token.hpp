#pragma once

#include "base/backoff.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "base/time.hpp"
#include "helix/options.hpp"

#include <optional>
#include <string>

namespace conduitd {

enum class TokenState {
    none,        // not asked for yet
    requesting,  // no token that can be used; client credentials under way, or soon again
    validating,  // a given or cached token is being looked at for the first time
    usable,      // stays so while a renewal or an hourly validation is under way
    refused,     // only an operator helps; calls fail with credentials_refused or wrong_token_kind
};

// Gets one access token and keeps it good.
//
//     none --given or cached token--> validating --200--> usable
//     none --client credentials-----> requesting --200--> usable
//     validating --401, other client id--> requesting (cached), refused (given)
//     usable     --401 on a call or a validation--> requesting (ours), refused (given)
//     requesting --400, 401, 403--> refused
//     refused    --retry()--> as from none
//
// An errand is one request to id.twitch.tv, a grant or a validation, or the look into a shared
// cache that a grant begins with; at most one is under way. What is due is said by times alone
// (grant_at_, validate_at_), so that a retry, an hourly validation and a renewal are the same
// thing: an errand that becomes due. Errands that fail for the world's reasons (network, 5xx, 429,
// unreadable answers) become due again after a backoff, forever. A token that we asked for
// ourselves is used at once, and validated beside that.
class TokenKeeper {
public:
    TokenKeeper(HelixOptions options, Log log, Random random);

    // Starts in `none`; elsewhere does nothing.
    void prepare(TimePoint now);
    // Starts over in `refused`, with other credentials where they are given; elsewhere does
    // nothing.
    void retry(const std::optional<Credentials>& credentials, TimePoint now);

    // The errand to send, if one became due. One that was taken earlier and not answered is then
    // given up: its answer must not be handed in any more.
    [[nodiscard]] std::optional<HttpRequest> next_request();
    // Does nothing when no errand is under way: a 401 on a call can make a validation pointless.
    void on_answer(const Result<HttpResponse>& answer, TimePoint now);

    // A shared cache is to be locked, looked into, and kept locked as long as this says so: until
    // the token that is asked for is stored, or is not to be had.
    [[nodiscard]] bool wants_cache_lock() const {
        return errand_ == Errand::cache || (errand_ == Errand::grant && options_.is_cache_shared);
    }
    // What the cache has, once it is locked, or cannot be; empty: nothing of use. One that is not
    // known yet is taken instead of asking for another.
    void on_cached_token(const std::string& token, TimePoint now);

    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now);

    // How calls that were sent with `token` fared. An older token than the present one is nothing
    // to act upon: another call's 401 has replaced it already.
    void on_accepted(const std::string& token);
    void on_unauthorized(const std::string& token, TimePoint now);

    [[nodiscard]] TokenState state() const { return state_; }
    // Until the next is asked for: zero where there is one, or one is being asked for; without end
    // in `refused`.
    [[nodiscard]] Duration wait(TimePoint now) const;
    [[nodiscard]] const std::string& token() const { return token_; }  // only when usable
    // Of the token in use; never where there is none, or it does not say.
    [[nodiscard]] TimePoint ends_at() const {
        return state_ == TokenState::usable ? token_ends_at_ : never;
    }
    // The configured one, or the given token's once it is validated; empty before that.
    [[nodiscard]] const std::string& client_id() const { return options_.client_id; }
    [[nodiscard]] ErrorCode error() const { return error_; }               // set in `refused`
    [[nodiscard]] const std::string& reason() const { return reason_; }    // set in `refused`
    [[nodiscard]] const std::string& failure() const { return failure_; }  // of the last errand
    [[nodiscard]] std::optional<std::string> take_token_to_store();

    // Replaces what must not be shown, wherever an answer echoes it, so that what an answer says
    // may be logged.
    void hide_secrets(std::string& text) const;

private:
    enum class Errand { none, cache, grant, validation };

    [[nodiscard]] bool is_given() const { return !options_.given_token.empty(); }
    void begin(TimePoint now);
    void run_due(TimePoint now);
    void ask_for_grant();
    void on_grant_answer(const Result<HttpResponse>& answer, TimePoint now);
    void on_validation_answer(const Result<HttpResponse>& answer, TimePoint now);
    void on_validated(const TokenInfo& info, TimePoint now);
    void replace_token(Duration delay, TimePoint now);
    void refuse(ErrorCode error, std::string reason);
    void schedule_renewal(Duration expires_in, TimePoint now);
    void warn_of_end(TimePoint now);
    [[nodiscard]] bool has_served(TimePoint now) const;
    [[nodiscard]] Duration replacement_delay(TimePoint now);
    [[nodiscard]] TimePoint after_failure(std::string_view what, const Result<HttpResponse>& answer,
                                          TimePoint now);

    HelixOptions options_;
    Log log_;
    Random random_;
    Backoff retry_backoff_;    // of errands that fail
    Backoff replace_backoff_;  // of grants behind a substitute that has not served

    TokenState state_ = TokenState::none;
    std::string token_;           // in validating the candidate, in usable the one to use
    std::string dropped_token_;   // the one before, which was refused
    bool is_substitute_ = false;  // token_ took its place
    bool is_validated_ = false;   // token_ was, at least once
    bool is_accepted_ = false;    // token_ was, by a call
    TimePoint token_since_{};     // token_ was granted, or taken over
    Duration margin_;             // before the end of token_, at which another is asked for
    std::optional<std::string> token_to_store_;

    Errand errand_ = Errand::none;
    std::optional<HttpRequest> outgoing_;  // the errand's, until it is taken
    TimePoint grant_at_ = never;
    TimePoint validate_at_ = never;
    TimePoint warn_at_ = never;  // a given token is near its end
    std::optional<TimePoint> warned_at_;
    TimePoint token_ends_at_ = never;  // also when it does not say

    unsigned failures_ = 0;        // errands in a row
    TimePoint failure_told_at_{};  // the latest of them that was a warning
    std::string failure_;
    ErrorCode error_;
    std::string reason_;
};

}  // namespace conduitd
