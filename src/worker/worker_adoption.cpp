#include "eventsub/shard_disabled.hpp"
#include "worker/look_pace.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <map>
#include <utility>

// Dead shards of others: bound to our session as guests until somebody claims them, so that the
// death of one worker does not leave a hole for long. Learnt from our own listings, and sooner from
// conduit.shard.disabled where the conduit is subscribed to it; that is a hint to look, no more: it
// may be routed to the dead shard itself (EventSub documents no routing for it).
namespace conduitd {
namespace {

// Disabled by Twitch, which pings and closes WebSockets. One that never had a session is for its
// first owner, and a webhook's for its server.
bool is_dead(const Listing::Place& place) {
    return !place.is_enabled && place.status.starts_with("websocket_");
}

}  // namespace

// Its owner, or one that stands by, may be on its way to one that died just now.
void Worker::adopt(const Listing& listing, TimePoint now) {
    adoption_.reset();
    if (!options_.home.adopts) return;
    std::map<std::size_t, ShardSet> dead;  // by page
    for (const auto shard : listing.unserved()) {
        const auto* const place = listing.find(shard);
        const bool is_of_others = !home_.contains(shard) && !guests_.contains(shard) &&
                                  !options_.conduit.shards.contains(shard);
        if (place == nullptr || !is_dead(*place) || !is_of_others) continue;
        if (binding_.is_own(place->session_id)) continue;
        if (place->dead_for && *place->dead_for < options_.home.grace) {
            plan_survey(now + options_.home.grace);
        } else {
            dead[place->page].insert({shard});
        }
    }
    Adoption adoption;
    for (auto& [number, shards] : dead) {
        const auto& page = listing.page_of(shards.lowest());
        if (now - page.asked_at < options_.home.listing_age_max) {
            adopt_dead_of(shards, listing, now);
        } else if (adoption.pages.size() < options_.home.adopted_pages_max) {
            adoption.pages.emplace_back(page.cursor, std::move(shards));
        } else {
            plan_survey(now + look_period_min);
        }
    }
    adoption_ = std::move(adoption);
    read_next_dead(now);
}

// What was read more than a moment ago is read again first: an owner may have come meanwhile.
void Worker::read_next_dead(TimePoint now) {
    if (adoption_->pages.empty()) {
        adoption_.reset();
        return;
    }
    adoption_->asked_at = now;
    const Patience patience{.attempt_timeout = options_.look.attempt_timeout,
                            .give_up_at = now + options_.look.attempt_timeout};
    const auto& cursor = adoption_->pages.front().first;
    adoption_->call =
        helix_.call(make_list_shards(options_.helix.endpoints, conduit_id_, cursor), patience, now);
}

void Worker::on_dead_read(const Completion& completion, TimePoint now) {
    adoption_->call.reset();
    Listing listing(Listing::shards_max);
    if (completion.answer) {
        if (const auto page = parse_shards(completion.answer->body)) {
            listing.add(*page, completion.answer->server_time(), {{}, adoption_->asked_at});
        }
    }
    adopt_dead_of(adoption_->pages.front().second, listing, now);
    adoption_->pages.erase(adoption_->pages.begin());
    read_next_dead(now);
}

void Worker::adopt_dead_of(const ShardSet& shards, const Listing& listing, TimePoint now) {
    ShardSet dead;
    auto since = now;
    for (const auto shard : shards) {
        const auto* const place = listing.find(shard);
        if (place == nullptr || !is_dead(*place)) continue;
        dead.insert({shard});
        since = std::min(since, place->dead_for ? now - *place->dead_for : listed_before_);
    }
    if (dead.empty() || !bound_) return;
    log_.warn("a shard of another worker is dead: keeping it until somebody claims it",
              {{"shard", dead.text()}, {"dead_ms", to_milliseconds(now - since)}});
    guests_.insert(dead);
    if (!guests_lost_) guests_lost_ = Gap{GapReason::unserved, since, {}, {}};
    guests_lost_->since = std::min(since, guests_lost_->since);
    guests_lost_->shards.insert(dead);
}

// Reports of sessions that we have left since are stale.
void Worker::on_shard_disabled(std::string_view frame, TimePoint now) {
    if (state_ >= WorkerState::stopping) return;
    const auto news = parse_shard_disabled(frame);
    Link* const bound = find(bound_);
    if (!news || bound == nullptr || news->conduit_id != conduit_id_) return;
    if (news->session_id != bound->session->id()) {
        if (binding_.is_own(news->session_id)) return;
        log_.info("Twitch has disabled a shard of another worker",
                  {{"shard", news->shard}, {"status", news->status}});
        plan_survey(now + options_.home.grace + random_.up_to(options_.home.grace / 5));
        return;
    }
    if (bound->wants_claim || claim_ || !home_.contains(news->shard)) return;
    // The next look tells, where reports do not end.
    if (!may_claim_back(now)) return;
    log_.warn("Twitch has disabled the shard, and its session is open: claiming it again",
              {{"shard", news->shard}, {"status", news->status}});
    binding_.doubt(GapReason::shard_astray, binding_.proven_at());
    want_claim(*bound, now);
}

}  // namespace conduitd
