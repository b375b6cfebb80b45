#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <utility>

// Before the first session: the token and the conduit. Both must be known before the dial, for a
// session that is not claimed within ten seconds of its welcome is closed. Only where the conduit
// is to be grown the session comes first: what is made is claimed for it at once.
namespace conduitd {

void Worker::search(TimePoint now) {
    follow(search_.start(), now);
}

void Worker::follow(SearchStep step, TimePoint now) {
    search_call_ = ask_for(step, now);
    keep_host_lock();
    if (std::holds_alternative<CreateConduit>(step)) {
        log_.info("creating a conduit", {{"shards", options_.conduit.shard_count}});
    } else if (const auto* const growth = std::get_if<GrowConduit>(&step)) {
        log_.info("growing the conduit",
                  {{"conduit", growth->id}, {"shards", growth->shard_count}});
    } else if (const auto* const deletion = std::get_if<DeleteConduit>(&step)) {
        log_.info("deleting the conduit just created: another one was created beside it",
                  {{"conduit", deletion->id}});
    } else if (const auto* const pause = std::get_if<SearchPause>(&step)) {
        const Log::Fields fields = {{"reason", pause->why},
                                    {"again_in_ms", to_milliseconds(search_.deadline() - now)}};
        if (pause->is_trouble) {
            log_.warn("conduit not known yet", fields);
        } else {
            log_.info("waiting until the conduit is settled", fields);
        }
    } else if (std::holds_alternative<AwaitSession>(step)) {
        bring_session(now);
    } else if (auto* const found = std::get_if<ConduitFound>(&step)) {
        on_conduit_found(std::move(*found), now);
    } else if (auto* const no = std::get_if<CannotServe>(&step)) {
        if (is_recreating_) return on_nothing_to_serve(*no, now);
        finish(no->code, std::move(no->why));
    }
}

// A step that is no call to Helix has none.
std::optional<CallId> Worker::ask_for(const SearchStep& step, TimePoint now) {
    const auto& endpoints = options_.helix.endpoints;
    if (std::holds_alternative<ListConduits>(step)) {
        return helix_.call(make_list_conduits(endpoints), Patience{}, now);
    }
    if (const auto* const creation = std::get_if<CreateConduit>(&step)) {
        return helix_.call(make_create_conduit(endpoints, creation->shard_count), Patience{}, now);
    }
    if (const auto* const growth = std::get_if<GrowConduit>(&step)) {
        growing_at_ = std::min(growing_at_, now);
        const Patience patience{.give_up_at = now + options_.search.growth_age_max};
        return helix_.call(make_update_conduit(endpoints, growth->id, growth->shard_count),
                           patience, now);
    }
    if (const auto* const deletion = std::get_if<DeleteConduit>(&step)) {
        return helix_.call(make_delete_conduit(endpoints, deletion->id), Patience{}, now);
    }
    if (const auto* const shards = std::get_if<ListShards>(&step)) {
        return helix_.call(make_list_shards(endpoints, shards->conduit_id, shards->cursor),
                           Patience{}, now);
    }
    return std::nullopt;
}

// In the place of a conduit that is gone another one is grown without: its events are lost anyway
// until the sessions of all have moved on.
void Worker::bring_session(TimePoint now) {
    const Link* const link = find(successor_);
    const bool is_there = link != nullptr && link->state == LinkState::claiming;
    if (is_there || is_recreating_) return follow(search_.on_session_ready(), now);
    if (link == nullptr) dial_fresh("the conduit is to be grown", now);
}

// Its end brings the next dial, and before that another search.
void Worker::on_search_session_ended() {
    search_.cancel();
    if (search_call_) helix_.cancel(*search_call_);
    search_call_.reset();
    keep_host_lock();
}

void Worker::on_conduit_found(ConduitFound found, TimePoint now) {
    conduit_id_ = std::move(found.id);
    is_conduit_created_ = found.is_created;
    const auto& before = options_.conduit_before;
    if (!before.empty() && before != conduit_id_) forget_before();
    if (!found.gone.empty()) {
        log_.warn("the conduit of the last time is gone; another one is served",
                  {{"gone", found.gone}, {"conduit", conduit_id_}});
    }
    if (!found.growth_refusal.empty()) {
        log_.warn("the conduit could not be grown", {{"conduit", conduit_id_},
                                                     {"shards", options_.conduit.shard_count},
                                                     {"reason", found.growth_refusal}});
    }
    if (found.shard_count < options_.conduit.shard_count && !options_.conduit.may_grow) {
        log_.warn("the conduit has fewer shards than conduit.shard_count, and conduit.grow is off",
                  {{"shards", found.shard_count}, {"wanted", options_.conduit.shard_count}});
    }
    log_.info(found.is_created ? "conduit created" : "conduit found",
              {{"conduit", conduit_id_},
               {"shards", found.shard_count},
               {"took_ms", to_milliseconds(now - search_began_at_)}});
    if (options_.conduit.id.empty()) remember_conduit();
    const auto growing_at = std::exchange(growing_at_, never);
    const bool is_grown = !found.is_created && growing_at != never && !found.fresh_shards.empty();
    if (is_grown) grown_ = Unserved{found.fresh_shards, growing_at};
    fresh_shards_.insert(found.fresh_shards);
    fresh_shards_.erase(options_.conduit.shards);
    if (is_recreating_) return on_recreated(now);
    if (is_parked_unread_) plan_survey(now);
    if (Link* const link = find(successor_)) return claim_found(*link, found, now);
    const bool has_home = options_.take_over ? !home_.empty() : !is_auto();
    if (has_home) return dial_fresh("start", now);
    home_ = {};
    is_standing_by_ = true;
    plan_survey(now);
}

// The session was dialled because the conduit had to be grown. One that is being closed has had no
// time for it: its end brings another.
void Worker::claim_found(Link& link, const ConduitFound& found, TimePoint now) {
    if (is_auto() && !options_.take_over) home_ = {};
    if (link.state != LinkState::claiming) return;
    const bool had_another =
        options_.conduit.preferred || options_.gap_before || options_.was_parked;
    if (is_auto() && !found.fresh_shards.empty() && !had_another) {
        const ShardSet chosen{found.fresh_shards.lowest()};
        Listing listing(found.shard_count);
        listing.add({}, std::nullopt, {{}, now});
        fresh_shards_.erase(chosen);
        take_home(chosen, listing, now);
    }
    want_claim(link, now);
}

// What the process before this one had was another conduit's.
void Worker::forget_before() {
    options_.conduit.preferred.reset();
    options_.session_before.clear();
    options_.gap_before.reset();
    (void)binding_.take_doubt();
}

void Worker::remember_conduit() {
    auto& remembered = options_.remembered_conduits[helix_.client_id()];
    if (remembered == conduit_id_) return;
    remembered = conduit_id_;
    act(RememberConduit{helix_.client_id(), conduit_id_});
}

// The search says whether it needs the host's lock; the edge is told when that changes.
void Worker::keep_host_lock() {
    const bool is_wanted = search_.wants_host_lock() || growth_;
    if (is_wanted == std::exchange(is_host_lock_asked_, is_wanted)) return;
    if (is_wanted) {
        act(LockHost{});
    } else {
        act(UnlockHost{});
    }
}

void Worker::on_host_locked(TimePoint now) {
    if (!is_host_lock_asked_) return;
    if (growth_) {
        on_growth_turn(now);
    } else {
        follow(search_.on_host_locked(), now);
    }
    settle(now);
}

// A call may be answered from inside: one that is made while the token is refused.
void Worker::take_completions(TimePoint now) {
    do {
        while (const auto completion = helix_.next_completion()) take(*completion, now);
        if (state_ < WorkerState::offering) start_claims(now);
    } while (helix_.has_completion());
}

void Worker::take(const Completion& completion, TimePoint now) {
    if (search_call_ == completion.id) {
        search_call_.reset();
        if (state_ != WorkerState::preparing && !is_recreating_) return;
        const auto remembered = options_.remembered_conduits.find(helix_.client_id());
        if (remembered != options_.remembered_conduits.end()) search_.recall(remembered->second);
        follow(search_.on_answer(completion, now), now);
    } else if (claim_ && claim_->call == completion.id) {
        on_claim_answer(completion, now);
    } else if (parking_ && parking_->call == completion.id) {
        on_parked(completion, now);
    } else if (growth_ && growth_->call == completion.id) {
        if (state_ < WorkerState::offering) on_growth_answer(completion, now);
    } else if (choice_check_ && choice_check_->call == completion.id) {
        if (state_ < WorkerState::offering) on_choice_checked(completion, now);
    } else if (adoption_ && adoption_->call == completion.id) {
        if (state_ < WorkerState::offering) on_dead_read(completion, now);
    } else if (subscriptions_ && subscriptions_->call == completion.id) {
        auto step = subscriptions_->check.on_answer(completion);
        if (state_ < WorkerState::offering) on_subscriptions_step(std::move(step), now);
    } else if (survey_ && survey_->call == completion.id) {
        auto step = survey_->reader.on_answer(completion, survey_->asked_at);
        if (state_ < WorkerState::offering || parking_)
            on_survey_step(std::move(step), completion.points_at, now);
    } else if (claim_check_.call() == completion.id) {
        on_claim_check_answer(completion, now);
    } else if (look_ && look_->call == completion.id) {
        const auto step = look_->pages.on_page(completion);
        if (state_ < WorkerState::offering) on_look_step(step, now);
    }
}

}  // namespace conduitd
