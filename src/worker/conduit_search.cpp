#include "worker/conduit_search.hpp"

#include "base/defect.hpp"
#include "helix/error.hpp"
#include "worker/conduit_texts.hpp"

#include <algorithm>
#include <numeric>

namespace conduitd {
namespace {

// An id that is listed twice is one conduit.
std::vector<Conduit> distinct(std::vector<Conduit> conduits) {
    std::ranges::stable_sort(conduits, {}, &Conduit::id);
    const auto is_same = [](const Conduit& a, const Conduit& b) { return a.id == b.id; };
    conduits.erase(std::unique(conduits.begin(), conduits.end(), is_same), conduits.end());
    return conduits;
}

const Conduit* find(const std::vector<Conduit>& conduits, const std::string& id) {
    const auto found = std::ranges::find(conduits, id, &Conduit::id);
    return found == conduits.end() ? nullptr : &*found;
}

ShardSet slots(std::uint32_t from, std::uint32_t to) {
    std::vector<std::uint32_t> ids(from < to ? to - from : 0);
    std::iota(ids.begin(), ids.end(), from);
    return ShardSet(std::move(ids));
}

}  // namespace

ConduitSearch::ConduitSearch(ConduitWish wish, SearchOptions options, Random random)
    : wish_(std::move(wish)),
      options_(options),
      random_(random),
      backoff_(options.retry_min, options.retry_max) {}

SearchStep ConduitSearch::start() {
    cancel();
    chosen_ = wish_.id;
    settled_.clear();
    gone_.clear();
    our_own_.reset();
    our_own_listed_by_ = several_until_ = never;
    limit_hits_ = growths_ = 0;
    growth_refusal_.clear();
    return list();
}

void ConduitSearch::cancel() {
    state_ = State::idle;
    again_at_ = never;
    wants_host_lock_ = is_host_locked_ = has_session_ = false;
}

SearchStep ConduitSearch::on_answer(const Completion& completion, TimePoint now) {
    switch (state_) {
        case State::listing:
            return on_listing(completion, now);
        case State::creating:
            return on_created(completion, now);
        case State::growing:
            return on_grown(completion, now);
        case State::inspecting:
            return on_shards(completion, now);
        case State::deleting:
            return on_deleted(completion, now);
        case State::idle:
        case State::locking:
        case State::dialling:
        case State::pausing:
            break;
    }
    return list();
}

SearchStep ConduitSearch::on_host_locked() {
    is_host_locked_ = true;
    return list();
}

SearchStep ConduitSearch::on_session_ready() {
    has_session_ = true;
    return list();
}

SearchStep ConduitSearch::on_deadline() {
    return list();
}

TimePoint ConduitSearch::deadline() const {
    return state_ == State::pausing ? again_at_ : never;
}

SearchStep ConduitSearch::list() {
    state_ = State::listing;
    return ListConduits{};
}

SearchStep ConduitSearch::await_lock() {
    state_ = State::locking;
    wants_host_lock_ = true;
    return AwaitHostLock{};
}

SearchStep ConduitSearch::pause(Duration length, std::string why, TimePoint now) {
    state_ = State::pausing;
    again_at_ = now + length;
    return SearchPause{std::move(why)};
}

SearchStep ConduitSearch::settle(Duration length, std::string why, TimePoint now) {
    wants_host_lock_ = is_host_locked_ = false;
    pause(length, {}, now);
    return SearchPause{std::move(why), false};
}

// Nobody else of the host waits for what does not work here.
SearchStep ConduitSearch::retry(std::string why, TimePoint now, TimePoint not_before) {
    wants_host_lock_ = is_host_locked_ = false;
    return pause(std::max(backoff_.next(random_), std::max(not_before, now) - now), std::move(why),
                 now);
}

SearchStep ConduitSearch::refuse(ExitCode code, std::string why) {
    cancel();
    return CannotServe{code, std::move(why)};
}

bool ConduitSearch::is_credentials_error(ErrorCode error) {
    return error == HelixError::credentials_refused || error == HelixError::wrong_token_kind ||
           error == HelixError::unauthorized;
}

SearchStep ConduitSearch::on_failure(const Completion& completion, TimePoint now) {
    if (is_credentials_error(completion.answer.error())) {
        return refuse(ExitCode::credentials_refused, completion.reason);
    }
    return retry(completion.reason, now, completion.points_at);
}

SearchStep ConduitSearch::on_listing(const Completion& completion, TimePoint now) {
    if (!completion.answer) return on_failure(completion, now);
    auto conduits = parse_conduits(completion.answer->body);
    // Where there was one, no list is no proof that there is none.
    const bool had_one = !wish_.remembered.empty() || !gone_.empty();
    const bool is_list = lists_conduits(completion.answer->body) || !had_one;
    if (!conduits || !is_list) {
        return retry("the list of conduits is not what Helix promises", now);
    }
    backoff_.reset();
    return choose(distinct(std::move(*conduits)), now);
}

SearchStep ConduitSearch::choose(const std::vector<Conduit>& conduits, TimePoint now) {
    if (!chosen_.empty()) {
        if (const auto* const chosen = find(conduits, chosen_)) return on_chosen(*chosen);
        if (!is_auto()) {
            return refuse(ExitCode::conduit_gone, describe_missing(chosen_, conduits));
        }
        chosen_.clear();
    }
    if (our_own_) return on_our_own(conduits, now);
    if (!wish_.remembered.empty()) {
        if (const auto* const known = find(conduits, wish_.remembered)) return on_chosen(*known);
        if (!wish_.may_recreate) {
            return refuse(ExitCode::conduit_gone, describe_gone(wish_.remembered, conduits));
        }
        gone_ = std::exchange(wish_.remembered, {});
    }
    if (conduits.empty()) return on_none();
    return conduits.size() == 1 ? on_single(conduits.front()) : on_several(conduits, now);
}

SearchStep ConduitSearch::on_none() {
    several_until_ = never;
    settled_.clear();
    if (!wish_.shards.empty() && wish_.shards.highest() >= wish_.shard_count) {
        return refuse(ExitCode::configuration, describe_out_of_range(wish_));
    }
    return is_host_locked_ ? create() : await_lock();
}

SearchStep ConduitSearch::on_single(const Conduit& conduit) {
    wants_host_lock_ = is_host_locked_ = false;
    several_until_ = never;
    if (conduit.id == settled_) return on_chosen(conduit);
    return inspect(conduit, Inspection::of_found);
}

SearchStep ConduitSearch::on_several(const std::vector<Conduit>& conduits, TimePoint now) {
    wants_host_lock_ = is_host_locked_ = false;
    if (several_until_ == never) several_until_ = now + options_.several_limit;
    if (now >= several_until_) {
        return refuse(ExitCode::configuration, describe_several(conduits));
    }
    const auto period = options_.several_period_min + random_.up_to(options_.several_period_jitter);
    return pause(std::min(period, several_until_ - now), "there are several: " + describe(conduits),
                 now);
}

// They are sorted by their ids.
SearchStep ConduitSearch::on_our_own(const std::vector<Conduit>& conduits, TimePoint now) {
    const auto* const own = find(conduits, *our_own_);
    if (own == nullptr && now < our_own_listed_by_) {
        return settle(options_.several_period_min, "the created conduit is not listed yet", now);
    }
    if (own == nullptr) {
        our_own_.reset();
        return choose(conduits, now);
    }
    const auto& kept = is_planted(Defect::greatest_id_kept) ? conduits.back() : conduits.front();
    if (own->id == kept.id) {
        if (is_planted(Defect::foreign_conduit_deleted) && conduits.size() > 1) {
            state_ = State::deleting;
            return DeleteConduit{conduits.back().id};
        }
        return on_chosen(*own);
    }
    settled_ = kept.id;
    return inspect(*own, Inspection::of_our_own);
}

SearchStep ConduitSearch::on_chosen(const Conduit& conduit) {
    chosen_ = conduit.id;
    // What would be out of its range all the same is refused as it is.
    const bool is_enough = wish_.shards.empty() || wish_.shards.highest() < wish_.shard_count;
    const bool is_to_grow = wish_.may_grow && conduit.shard_count < wish_.shard_count &&
                            is_enough && growth_refusal_.empty();
    if (!is_to_grow) return finish(conduit);
    if (!is_host_locked_) return await_lock();
    if (!has_session_ && !is_planted(Defect::grown_before_dial)) {
        state_ = State::dialling;
        return AwaitSession{};
    }
    // The listing that it rests on has just been answered: with the session it always is.
    if (growths_++ >= growths_max) {
        growth_refusal_ = "Twitch still lists it with fewer shards";
        return finish(conduit);
    }
    if (std::exchange(grown_, chosen_) != chosen_) grown_from_.reset();
    grown_from_ = std::min(conduit.shard_count, grown_from_.value_or(conduit.shard_count));
    state_ = State::growing;
    return GrowConduit{chosen_, wish_.shard_count};
}

SearchStep ConduitSearch::finish(const Conduit& conduit) {
    if (!wish_.shards.empty() && wish_.shards.highest() >= conduit.shard_count) {
        return refuse(ExitCode::configuration,
                      describe_out_of_range(wish_, conduit, growth_refusal_));
    }
    ConduitFound found{conduit.id, conduit.shard_count};
    found.is_created = our_own_ == conduit.id;
    found.gone = gone_;
    found.growth_refusal = growth_refusal_;
    // Of what somebody else made meanwhile nothing is ours.
    const auto made_to = std::min(conduit.shard_count, wish_.shard_count);
    const bool is_grown = grown_from_ && grown_ == conduit.id;
    if (found.is_created || is_grown) {
        found.fresh_shards = slots(found.is_created ? 0 : *grown_from_, made_to);
    }
    grown_from_.reset();
    wish_.remembered = conduit.id;
    cancel();
    return found;
}

}  // namespace conduitd
