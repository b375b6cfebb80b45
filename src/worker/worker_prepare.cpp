#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <chrono>
#include <utility>

// Before the first session: the token and the conduit. Both must be known before the dial, for a
// session that is not claimed within ten seconds of its welcome is closed.
namespace conduitd {

void Worker::search(TimePoint now) {
    if (is_planted(Defect::create_repeated) && is_creating_) return create_conduit(now);
    is_creating_ = false;
    search_call_ = helix_.call(make_list_conduits(options_.helix.endpoints), Patience{}, now);
}

void Worker::create_conduit(TimePoint now) {
    log_.info("creating a conduit", {{"shards", options_.conduit.shard_count}});
    is_creating_ = true;
    search_call_ =
        helix_.call(make_create_conduit(options_.helix.endpoints, options_.conduit.shard_count),
                    Patience{}, now);
}

void Worker::on_search_verdict(SearchVerdict verdict, TimePoint now) {
    if (auto* const found = std::get_if<ConduitFound>(&verdict)) {
        conduit_id_ = std::move(found->id);
        log_.info(is_creating_ ? "conduit created" : "conduit found",
                  {{"conduit", conduit_id_},
                   {"shards", found->shard_count},
                   {"took_ms", to_milliseconds(now - started_at_)}});
        dial_fresh("start", now);
        return;
    }
    if (std::holds_alternative<CreateConduit>(verdict)) {
        create_conduit(now);
        return;
    }
    if (const auto* const again = std::get_if<SearchAgain>(&verdict)) {
        search_at_ = now + search_backoff_.next(random_);
        log_.warn("conduit not known yet",
                  {{"reason", again->why}, {"again_in_ms", to_milliseconds(search_at_ - now)}});
        return;
    }
    auto& no = std::get<CannotServe>(verdict);
    finish(no.code, std::move(no.why));
}

// A call may be answered from inside: one that is made while the token is refused.
void Worker::take_completions(TimePoint now) {
    do {
        while (const auto completion = helix_.next_completion()) take(*completion, now);
        if (state_ < WorkerState::stopping) start_claims(now);
    } while (helix_.has_completion());
}

void Worker::take(const Completion& completion, TimePoint now) {
    if (search_call_ == completion.id) {
        search_call_.reset();
        if (state_ != WorkerState::preparing) return;
        on_search_verdict(is_creating_ ? judge_creation(options_.conduit, completion)
                                       : judge_conduits(options_.conduit, completion),
                          now);
    } else if (claim_ && claim_->call == completion.id) {
        on_claim_answer(completion, now);
    } else if (look_ && look_->call == completion.id) {
        const auto step = look_->pages.on_page(completion);
        if (state_ < WorkerState::stopping) on_look_step(step, now);
    }
}

// Refused credentials end the process only before its first claim. Later it reads what it has: a
// bound session needs no token.
void Worker::watch_token(TimePoint now) {
    if (!has_claimed_ || state_ >= WorkerState::stopping) return;
    if (helix_.token_state() != TokenState::refused) {
        token_retry_at_ = never;
        if (is_token_refused_ && helix_.token_state() == TokenState::usable) {
            is_token_refused_ = false;
            log_.info("no longer degraded: Twitch takes the credentials again");
        }
        return;
    }
    if (token_retry_at_ == never) {
        if (is_planted(Defect::refusal_ends_process)) {
            return finish(ExitCode::credentials_refused, helix_.token_reason());
        }
        is_token_refused_ = true;
        token_retry_at_ = now + options_.token_retry;
        log_.error("degraded: Twitch refuses the credentials; reading on with what is bound",
                   {{"reason", helix_.token_reason()}});
    } else if (token_retry_at_ <= now) {
        token_retry_at_ = now + options_.token_retry;
        if (!std::exchange(is_reading_credentials_, true)) act(ReadCredentials{});
    }
}

void Worker::on_credentials(const std::optional<Credentials>& credentials, TimePoint now) {
    is_reading_credentials_ = false;
    if (state_ >= WorkerState::stopping) return;
    helix_.retry_token(credentials, now);
    settle(now);
}

}  // namespace conduitd
