#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

// A planned stop, where another worker of the conduit stays: whatever points at our sessions is
// pointed at one of its own, so that no shard is without a session until its next owner comes. Then
// ours are read until they are quiet, the listing is read once more, and only then they are closed.
// Others may stop at the same moment and leave their shards to us meanwhile: those are left to
// somebody else in turn, as long as there is time.
namespace conduitd {
namespace {

// Until when all of them were read by somebody, or are: then it is now. Empty where the listing
// does not tell.
std::optional<TimePoint> served_until(const Listing& listing, const ShardSet& shards,
                                      TimePoint now) {
    auto until = now;
    for (const auto shard : shards) {
        const auto* const place = listing.find(shard);
        if (place == nullptr || (!place->is_enabled && !place->died_at)) return std::nullopt;
        if (!place->is_enabled) until = std::min(until, *place->died_at);
    }
    return until;
}

}  // namespace

// What points at a session of ours, be it one that is lost.
bool Worker::may_park() const {
    const bool has_claimed = !binding_.own_sessions().empty();
    return options_.home.parks && has_claimed && !is_standing_by_ && !conduit_id_.empty();
}

void Worker::begin_parking(TimePoint now) {
    const auto& home = options_.home;
    parking_.emplace(Parking{.give_up_at = stop_by_ - home.park_close_time});
    guests_ = {};
    plan_survey(now);
}

// One at a reconnect URL, too, that was welcomed during the stop and never claimed: Twitch may have
// moved the shards along to it.
std::deque<std::string> Worker::sessions_to_leave() const {
    auto own = binding_.own_sessions();
    for (const auto& [key, link] : links_) {
        const bool has_id = link.session && link.welcomed_at != TimePoint{};
        if (has_id && !binding_.is_own(link.session->id())) own.push_back(link.session->id());
    }
    return own;
}

void Worker::on_parking_listing(const Listing& listing, TimePoint now) {
    auto& parking = *parking_;
    const auto own_sessions = sessions_to_leave();
    parking.hosts.on_listing(listing, own_sessions);
    parking.is_listed = true;
    ShardSet ours;
    for (const auto& session_id : own_sessions) ours.insert(listing.at(session_id));
    // The host itself may have gone meanwhile.
    for (const auto shard : parking.parked) {
        const auto* const place = listing.find(shard);
        if (place != nullptr && place->is_free()) ours.insert({shard});
    }
    parking.waiting = std::move(ours);
    note_lost_hosts(listing, now);
    const auto& hosts = parking.hosts.sessions();
    if (!parking.waiting.empty() && !hosts.empty()) {
        parking.host = hosts[random_.below(hosts.size())];
        parking.round = parking.waiting;
        return park_next(now);
    }
    if (!parking.is_last_look) {
        parking.read_since = now;
        return;
    }
    if (!parking.waiting.empty()) tell_no_host();
    end_parking(now);
}

void Worker::tell_parked() {
    auto taken = parking_->round;
    taken.erase(parking_->waiting);
    if (taken.empty()) return;
    log_.info("parked: another worker keeps the shard until somebody comes for it",
              {{"shard", taken.text()}, {"session", parking_->host}});
}

void Worker::tell_no_host() {
    const auto& parking = *parking_;
    if (parking.hosts.refused() > 0) return tell_left_behind("no other worker could be given it");
    log_.info("no other worker is there to keep the shard until somebody comes for it",
              {{"shard", parking.waiting.text()}});
}

// It is known which, or nothing is known beyond what was held before.
void Worker::tell_left_behind(std::string_view reason) {
    auto shards = parking_->waiting;
    if (!parking_->is_listed) {
        shards = home_;
        shards.insert(kept_);
    }
    if (shards.empty()) return;
    log_.warn("the shard is left without a session until somebody comes for it",
              {{"shard", shards.text()}, {"reason", reason}});
}

void Worker::park_next(TimePoint now) {
    auto& parking = *parking_;
    const Patience patience{.attempt_timeout = options_.home.park_attempt_timeout,
                            .attempts_max = 1,
                            .give_up_at = parking.give_up_at};
    parking.batch = parking.waiting.first(shards_per_update_max);
    parking.call = helix_.call(
        make_update_shards(options_.helix.endpoints, conduit_id_, parking.batch, parking.host),
        patience, now);
}

void Worker::on_parked(const Completion& completion, TimePoint now) {
    auto& parking = *parking_;
    parking.call.reset();
    const auto verdict = judge_claim(completion, parking.batch, parking.host);
    parking.parked.insert(verdict.bound);
    parking.waiting.erase(verdict.bound);
    tell_unserved(verdict.bound, now);
    if (verdict.bound != parking.batch) {
        tell_parked();
        log_.warn("the shard could not be parked", {{"shard", parking.batch.text()},
                                                    {"session", parking.host},
                                                    {"reason", verdict.reason}});
        parking.hosts.on_refused(parking.host);
        if (parking.hosts.refused() > options_.home.park_hosts_max) {
            tell_no_host();
            return end_parking(now);
        }
        plan_survey(now);
        return;
    }
    if (!parking.waiting.empty()) return park_next(now);
    tell_parked();
    parking.parked_at = parking.read_since = now;
    home_.erase(parking.parked);
    if (!home_.empty() || parked_at_) return;
    parked_at_ = now;
    if (auto doubt = std::exchange(doubt_before_, std::nullopt)) untold_.push_back(*doubt);
    tell_untold(now);
}

// What a process before this one has parked is not missed where another worker still reads it, and
// else only since its session has ended.
void Worker::judge_parked(const Listing& listing, TimePoint now) {
    is_parked_unread_ = false;
    const auto until = served_until(listing, home_, now);
    if (!until || !options_.gap_before || *until <= options_.gap_before->since) return;
    (void)binding_.take_doubt();
    options_.gap_before->since = *until;
    if (*until == now) return options_.gap_before.reset();
    binding_.doubt(options_.gap_before->reason, *until);
}

// When the sessions have been quiet for long enough to be looked at once more, and left.
TimePoint Worker::parking_quiet_at() const {
    auto quiet_since = parking_->parked_at;
    for (const auto& [key, link] : links_) quiet_since = std::max(quiet_since, link.last_data_at);
    return quiet_since + options_.handover.linger_quiet;
}

// While messages come that were not on their way already, something points at them again: a worker
// that stops as well has left it to us. That is looked for without waiting for quiet.
TimePoint Worker::parking_deadline() const {
    if (!parking_) return never;
    const auto& parking = *parking_;
    if (parking.read_since == never) return parking.give_up_at;
    const auto& home = options_.home;
    const auto quiet_at = parking_quiet_at();
    const auto latest_data_at = quiet_at - options_.handover.linger_quiet;
    const bool has_more = latest_data_at > parking.read_since + home.park_on_their_way;
    const auto look_at = has_more ? parking.read_since + home.park_look_period : never;
    return std::min({quiet_at, look_at, parking.give_up_at});
}

void Worker::on_parking_deadline(TimePoint now) {
    if (parking_deadline() > now) return;
    auto& parking = *parking_;
    const bool is_asking = parking.read_since == never;
    if (parking.give_up_at <= now) {
        if (is_asking) {
            tell_left_behind(parking.call ? "it was not parked in time"
                                          : "the shards were not listed in time");
        } else if (!parking.waiting.empty()) {
            tell_no_host();
        }
        return end_parking(now);
    }
    if (is_planted(Defect::mutual_parking)) return end_parking(now);
    parking.is_last_look = parking_quiet_at() <= now;
    parking.read_since = never;
    plan_survey(now);
}

void Worker::end_parking(TimePoint now) {
    const auto parking = std::exchange(parking_, std::nullopt);
    survey_at_ = never;
    tell_unanswered(*parking, now);
    tell_untold(now);
    for (auto& [key, link] : links_) {
        if (link.is_open()) close(link);
    }
    finish_when_empty();
}

}  // namespace conduitd
