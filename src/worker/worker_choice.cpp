#include "worker/vacancy.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Which shards to have: those that are configured, once they are to be had, or any that is free.
namespace conduitd {
namespace {

// Since when nobody has read them, of those that somebody once did.
std::optional<TimePoint> dead_since(const Listing& listing, const ShardSet& shards) {
    std::optional<TimePoint> since;
    for (const auto shard : shards) {
        const auto* const place = listing.find(shard);
        const bool is_dead = place != nullptr && !place->is_enabled && place->died_at;
        if (is_dead) since = std::min(since.value_or(*place->died_at), *place->died_at);
    }
    return since;
}

// It has said nothing for longer than it may, and has not spoken since.
bool is_overdue(const Link& link, TimePoint now) {
    return link.session->deadline() <= now || link.session->deadline() == never;
}

bool is_served(const Listing& listing, const ShardSet& shards) {
    return std::ranges::all_of(shards, [&](std::uint32_t shard) {
        const auto* const place = listing.find(shard);
        return place != nullptr && place->is_enabled;
    });
}

// Since it was given up, its session was open until its client ended it: it did not take it when it
// was dead already.
bool was_read_since(const Listing& listing, const GivenUp& given_up, const ShardSet& chosen) {
    return std::ranges::all_of(given_up.shards, [&](std::uint32_t shard) {
        const auto* const place = listing.find(shard);
        const bool is_closed = place != nullptr && place->status == "websocket_disconnected" &&
                               place->died_at && *place->died_at > given_up.at;
        return is_closed || !chosen.contains(shard);
    });
}

// By a session that carries others too.
bool is_kept(const Listing& listing, std::uint32_t shard) {
    const auto* const place = listing.find(shard);
    return place != nullptr && place->is_enabled && is_host(listing, place->session_id, {shard});
}

}  // namespace

// Whose session has what is wished for and is not ours, if somebody's has.
void Worker::note_holder(const Listing& listing) {
    if (is_auto()) return;
    held_by_.clear();
    for (const auto shard : options_.conduit.shards) {
        const auto* const place = listing.find(shard);
        const bool is_another = place != nullptr && !place->is_free() && !home_.contains(shard) &&
                                !binding_.is_own(place->session_id);
        if (is_another) held_by_ = place->session_id.empty() ? "a webhook" : place->session_id;
    }
}

// Who has claimed a shard of ours may be its owner, though it carries more: it is not relieved of
// that one soon.
bool Worker::is_left_to_owner(std::uint32_t shard, const Listing& listing, TimePoint now) const {
    const auto yielded = yielded_.find(shard);
    const auto* const place = listing.find(shard);
    return yielded != yielded_.end() && place != nullptr && place->is_enabled &&
           place->session_id == yielded->second.session_id &&
           now < yielded->second.at + options_.home.owner_time;
}

// What may be claimed besides what is held.
ShardSet Worker::find_home(const Listing& listing, std::string_view own_session, TimePoint now) {
    if (is_auto() && !home_.empty()) return {};
    // What died with the process before is this worker's own: nobody else is on the way back to it.
    const auto& own = options_.conduit.preferred;
    if (is_auto() && !has_claimed_ && own && listing.unserved().contains(*own)) return {*own};
    // Even while Twitch takes its session for alive.
    const auto* const place = own ? listing.find(*own) : nullptr;
    const bool is_at_dead_session = place != nullptr && !place->session_id.empty() &&
                                    place->session_id == options_.session_before;
    if (is_auto() && !has_claimed_ && is_at_dead_session) return {*own};
    // So is what another worker has kept for it, which its session may carry as its lowest.
    if (is_auto() && !has_claimed_ && own && is_kept(listing, *own)) return {*own};
    const auto grace = options_.home.grace;
    auto vacancies = is_auto()
                         ? find_vacancies(listing, own_session, grace)
                         : find_vacancies(listing, own_session, grace, options_.conduit.shards);
    if (vacancies.has_fresh_deaths) plan_survey(now + grace);
    ShardSet found;
    if (is_auto()) {
        ShardSet owned;
        for (const auto shard : vacancies.guests) {
            if (is_left_to_owner(shard, listing, now)) owned.insert({shard});
        }
        vacancies.guests.erase(owned);
        const auto chosen = choose_shard(vacancies, options_.conduit.preferred, random_);
        if (chosen) found = {*chosen};
    } else {
        found = vacancies.free;
        vacancies.guests.erase(home_);
        // Who it was given up to may have it at another session by now. All of them are claimed
        // back at once.
        std::optional<bool> may_claim;
        for (const auto shard : vacancies.guests) {
            const bool was_given_up = yielded_.contains(shard) && !counted_back_.contains(shard);
            if (was_given_up && !may_claim) may_claim = try_claim_back(now);
            const bool is_anothers =
                listing.find(shard)->session_id == yielded_to_ || (was_given_up && !*may_claim);
            if (!is_anothers) found.insert({shard});
        }
        found.erase(home_);
    }
    return found;
}

void Worker::take_home(const ShardSet& shards, const Listing& listing, TimePoint now) {
    // What was chosen before and is still to be claimed stands in this listing too.
    auto chosen = choice_ ? choice_->shards() : ShardSet();
    auto dropped = chosen;
    dropped.erase(home_);
    chosen.erase(dropped);
    auto before = chosen.empty() ? std::nullopt : unserved_since_;
    chosen.insert(shards);
    const auto are_chosen = [&](const ShardSet& others) {
        return std::ranges::any_of(others, [&](auto shard) { return chosen.contains(shard); });
    };
    const auto unread = std::exchange(unserved_unread_, std::nullopt);
    if (unread && are_chosen(unread->shards))
        before = std::min(unread->since, before.value_or(now));
    home_.insert(shards);
    home_listed_at_ = listing.asked_at(chosen);
    held_by_.clear();
    choice_.emplace(chosen, listing);
    const auto served_at = std::exchange(served_at_, std::nullopt);
    unserved_since_ = choice_->dead_since();
    const bool is_known = unread && std::ranges::includes(unread->shards, chosen);
    if (!unserved_since_ && !is_known && !is_served(listing, chosen)) unserved_since_ = served_at;
    const auto given_up = std::exchange(given_up_, std::nullopt);
    const bool is_doubtful = given_up && unserved_since_ &&
                             *unserved_since_ < given_up->at + options_.home.successor_proof &&
                             !was_read_since(listing, *given_up, chosen);
    if (is_doubtful) unserved_since_ = std::min(*unserved_since_, given_up->proven_at);
    if (before) unserved_since_ = std::min(*before, unserved_since_.value_or(now));
    if (unserved_since_ && is_gap_before(chosen))
        unserved_since_ = std::max(*unserved_since_, options_.gap_before->since);
    choice_check_.reset();
    if (is_auto()) home_page_ = choice_->page().cursor;
}

// What it had until its last process ended, whose gap is told with its first claim: that covers the
// rest.
bool Worker::is_gap_before(const ShardSet& chosen) const {
    const auto& own = options_.conduit.preferred;
    return is_auto() && !has_claimed_ && options_.gap_before && own && chosen == ShardSet{*own};
}

// Behind a choice, as long as the session for it is on its way.
void Worker::note_unserved(const Listing& listing, TimePoint now) {
    if (home_.empty()) return;
    home_listed_at_ = listing.asked_at(home_);
    if (const auto since = dead_since(listing, home_))
        unserved_since_ = std::min(*since, unserved_since_.value_or(now));
}

// What was left to another worker is judged by a listing, as every other shard is.
void Worker::forget_parked() {
    if (!is_auto() || !std::exchange(options_.was_parked, false)) return;
    options_.gap_before.reset();
    (void)binding_.take_doubt();
}

// For a session that has none, or not all that are wished for.
void Worker::seek_home(Link& link, const Listing& listing, TimePoint now) {
    forget_parked();
    keep_own_guests(listing.at(link.session->id()), now);
    const auto shards = find_home(listing, link.session->id(), now);
    if (!shards.empty()) {
        take_home(shards, listing, now);
        want_claim(link, now);
        return;
    }
    if (!home_.empty() || (growth_ && growth_->call)) return;
    carried_ = {};
    for (const auto& session_id : binding_.own_sessions()) carried_.insert(listing.at(session_id));
    if (!carried_.empty() || !guests_.empty()) return;
    if (may_count_again(link, listing, now)) {
        growth_->full_at = listing.shard_count();
        growth_->page = listing.page_of(growth_->full_at).cursor;
        return ask_for_count(now);
    }
    stand_by(now);
}

// What others left to our session is our own where it is wished for: any shard, or this one.
// Where a choice was dropped that had been claimed already, its claim may have come late.
void Worker::keep_own_guests(const ShardSet& carried, TimePoint now) {
    for (const auto shard : carried) {
        const bool is_wished_for =
            is_auto() ? home_.empty() : options_.conduit.shards.contains(shard);
        if (!is_wished_for || home_.contains(shard)) continue;
        home_.insert({shard});
        if (unserved_unread_ && unserved_unread_->shards.contains(shard)) {
            unserved_since_ = std::min(unserved_unread_->since, unserved_since_.value_or(now));
            unserved_unread_->shards.erase({shard});
        }
        log_.info("a guest is our own from now on", {{"shard", std::to_string(shard)}});
    }
}

// Nothing is held, and no session is open but those that are being left.
void Worker::choose(const Listing& listing, TimePoint began_at, TimePoint now) {
    note_holder(listing);
    note_owners(listing, now);
    forget_parked();
    std::optional<TimePoint> unread_since;
    for (auto& [key, link] : links_) {
        const bool is_latest = link.state == LinkState::leaving && !link.is_continued();
        const bool has_guests =
            is_latest && is_read(link.session->id()) && !listing.at(link.session->id()).empty();
        if (!has_guests) continue;
        if (!is_overdue(link, now))
            return keep_for_guests(link, listing.at(link.session->id()), now);
        unread_since = std::min(unread_since.value_or(now), link.proof_at);
    }
    auto shards = find_home(listing, {}, now);
    ShardSet at_ours;
    for (const auto& session_id : binding_.own_sessions()) at_ours.insert(listing.at(session_id));
    shards.insert(at_ours);
    tell_guests_left(shards, now);
    if (shards.empty()) {
        served_at_ = began_at;
        unserved_unread_.reset();
        return on_nothing_free(listing, now);
    }
    is_standing_by_ = false;
    is_told_full_ = false;
    take_home(shards, listing, now);
    const auto is_taken = [&](std::uint32_t shard) { return shards.contains(shard); };
    const bool has_lost_guests =
        guests_lost_ && (!at_ours.empty() || std::ranges::any_of(guests_lost_->shards, is_taken));
    if (has_lost_guests)
        unserved_since_ = std::min(unserved_since_.value_or(now), guests_lost_->since);
    if (unread_since) unserved_since_ = std::min(unserved_since_.value_or(now), *unread_since);
    guests_lost_.reset();
    dial_fresh("shard " + shards.text() + " is to be had", now);
}

// A shard has come to the session that was being left: by a claim that was late, or as a guest.
void Worker::keep_for_guests(Link& link, const ShardSet& shards, TimePoint now) {
    log_.info("the session is kept: a shard points at it",
              {{"shard", shards.text()}, {"session", link.session->id()}});
    keep_own_guests(shards, now);
    is_standing_by_ = false;
    end_growth();
    // A claim that was late may have brought it, from one that had ended since the listing before.
    if (const auto served_at = std::exchange(served_at_, std::nullopt))
        report_gap({GapReason::unserved, *served_at, now, shards}, now);
    link.state = LinkState::bound;
    link.bound_at = now;
    link.left_at = {};
    bound_ = link.key;
}

}  // namespace conduitd
