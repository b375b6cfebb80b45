#include "eventsub/shard_disabled.hpp"
#include "worker/look_pace.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

// Shards of others that are dead, or that nobody has claimed yet: bound to our session as guests
// until somebody claims them, so that the death of one worker does not leave a hole for long, nor
// does a conduit that has more shards than workers. Learnt from our own listings, and sooner from
// conduit.shard.disabled where the conduit is subscribed to it; that is a hint to look, no more: it
// may be routed to the dead shard itself (EventSub documents no routing for it).
namespace conduitd {
namespace {

// Disabled by Twitch, which pings and closes WebSockets. A webhook's is for its server.
bool is_dead(const Listing::Place& place) {
    return !place.is_enabled && place.status.starts_with("websocket_");
}

}  // namespace

// Its owner, or one that stands by, may be on its way to one that died just now.
void Worker::adopt(const Listing& listing, TimePoint now) {
    adoption_.reset();
    auto unbound = never_bound_.note(listing, listed_at_, now);
    if (!options_.home.adopts) return;
    std::map<const Listing::Page*, std::vector<std::uint32_t>> dead;
    for (const auto shard : listing.unserved()) {
        const auto* const place = listing.find(shard);
        const bool is_of_others = !home_.contains(shard) && !guests_.contains(shard) &&
                                  !options_.conduit.shards.contains(shard);
        const bool is_ready = place ? is_dead(*place) && !binding_.is_own(place->session_id)
                                    : unbound.contains(shard);
        if (!is_of_others || !is_ready) continue;
        if (place && place->dead_for && *place->dead_for < options_.home.grace) {
            plan_survey(now + options_.home.grace);
        } else {
            dead[&listing.page_of(shard)].push_back(shard);
        }
    }
    Adoption adoption;
    adoption.unbound = std::move(unbound);
    for (auto& [page, numbers] : dead) {
        ShardSet shards(std::move(numbers));
        if (now - page->asked_at < options_.home.listing_age_max) {
            adopt_dead_of(shards, listing, adoption.unbound, now);
        } else if (adoption.pages.size() < options_.home.adopted_pages_max) {
            adoption.pages.emplace_back(page->cursor, std::move(shards));
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
    std::vector<std::uint32_t> covered;  // by the page; it may end before what it once had
    if (completion.answer) {
        if (const auto page = parse_shards(completion.answer->body)) {
            listing.add(*page, completion.answer->server_time(), {{}, adoption_->asked_at});
            for (const auto shard : adoption_->pages.front().second) {
                if (page->cursor.empty() || listing.reaches(shard)) covered.push_back(shard);
            }
        }
    }
    adopt_dead_of(ShardSet(std::move(covered)), listing, adoption_->unbound, now);
    adoption_->pages.erase(adoption_->pages.begin());
    read_next_dead(now);
}

void Worker::adopt_dead_of(const ShardSet& shards, const Listing& listing,
                           const NeverBound::Found& unbound, TimePoint now) {
    std::vector<std::uint32_t> numbers;
    auto since = now;
    for (const auto shard : shards) {
        const auto* const place = listing.find(shard);
        if (place && !is_dead(*place)) continue;
        numbers.push_back(shard);
        since =
            std::min(since, place ? place->died_at.value_or(listed_before_) : unbound.at(shard));
    }
    const ShardSet dead(std::move(numbers));
    if (dead.empty() || !bound_) return;
    log_.warn("a shard has no live session: keeping it until somebody claims it",
              {{"shard", dead.text()}, {"unserved_ms", to_milliseconds(now - since)}});
    guests_.insert(dead);
    if (!guests_lost_) guests_lost_ = Gap{GapReason::unserved, since, {}, {}};
    guests_lost_->since = std::min(since, guests_lost_->since);
    guests_lost_->shards.insert(dead);
}

// Reports of sessions that we have left since are stale.
void Worker::on_shard_disabled(std::string_view frame, TimePoint now) {
    if (state_ >= WorkerState::offering) return;
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
    if (!try_claim_back(now)) return;
    log_.warn("Twitch has disabled the shard, and its session is open: claiming it again",
              {{"shard", news->shard}, {"status", news->status}});
    binding_.doubt(GapReason::shard_astray, binding_.proven_at());
    want_claim(*bound, now);
}

}  // namespace conduitd
