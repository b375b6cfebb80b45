#include "worker/worker.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

// A planned stop, where another worker of the conduit stays: whatever points at our sessions is
// pointed at one of its own, so that no shard is without a session until its next owner comes. Then
// ours are read until they are quiet, the listing is read once more, and only then they are closed.
namespace conduitd {
namespace {

// Until when all of them were read by somebody, or are: then it is now. Empty where the listing
// does not tell.
std::optional<TimePoint> served_until(const Listing& listing, const ShardSet& shards,
                                      TimePoint now) {
    auto until = now;
    for (const auto shard : shards) {
        const auto* const place = listing.find(shard);
        if (place == nullptr || (!place->is_enabled && !place->dead_for)) return std::nullopt;
        if (!place->is_enabled) until = std::min(until, now - *place->dead_for);
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

void Worker::on_parking_listing(const Listing& listing, TimePoint now) {
    auto& parking = *parking_;
    ShardSet ours;
    for (const auto& session_id : binding_.own_sessions()) ours.insert(listing.at(session_id));
    // The host itself may have gone meanwhile.
    for (const auto shard : parking.parked) {
        const auto* const place = listing.find(shard);
        if (place != nullptr && place->is_free()) ours.insert({shard});
    }
    if (ours.empty()) return end_parking(now);

    std::vector<std::string_view> hosts;
    for (const auto& [session_id, shards] : listing.sessions()) {
        const bool is_tried = std::ranges::count(parking.refused_by, session_id) > 0;
        if (!binding_.is_own(session_id) && !is_tried) hosts.push_back(session_id);
    }
    if (hosts.empty()) {
        log_.info("no other worker is there to keep the shard until somebody comes for it",
                  {{"shard", ours.text()}});
        return end_parking(now);
    }
    parking.host = std::string(hosts[random_.below(hosts.size())]);
    parking.waiting = std::move(ours);
    park_next(now);
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
    if (verdict.bound != parking.batch) {
        log_.warn("the shard could not be parked", {{"shard", parking.batch.text()},
                                                    {"session", parking.host},
                                                    {"reason", verdict.reason}});
        if (parking.refused_by.size() >= options_.home.park_hosts_max) return end_parking(now);
        parking.refused_by.push_back(parking.host);
        plan_survey(now);
        return;
    }
    if (!parking.waiting.empty()) return park_next(now);
    log_.info("parked: another worker keeps the shard until somebody comes for it",
              {{"shard", parking.parked.text()}, {"session", parking.host}});
    parking.read_until = now + options_.home.park_read_max;
    parking.parked_at = now;
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
TimePoint Worker::parking_deadline() const {
    if (!parking_) return never;
    if (parking_->parked_at == never) return parking_->give_up_at;
    auto quiet_since = parking_->parked_at;
    for (const auto& [key, link] : links_) quiet_since = std::max(quiet_since, link.last_data_at);
    return std::min(
        {quiet_since + options_.handover.linger_quiet, parking_->read_until, parking_->give_up_at});
}

void Worker::on_parking_deadline(TimePoint now) {
    if (parking_deadline() > now) return;
    if (parking_->give_up_at <= now) return end_parking(now);
    parking_->parked_at = never;
    plan_survey(now);
}

void Worker::end_parking(TimePoint now) {
    const auto parking = std::exchange(parking_, std::nullopt);
    survey_at_ = never;
    tell_untold(now);
    for (auto& [key, link] : links_) {
        if (link.is_open()) close(link);
    }
    finish_when_empty();
}

}  // namespace conduitd
