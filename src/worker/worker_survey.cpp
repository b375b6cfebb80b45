#include "base/defect.hpp"
#include "worker/look_pace.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Reading the whole listing: in the background, at a pace that all workers of the client id can
// afford together; and at once when there is a reason. What it says is acted upon elsewhere.
namespace conduitd {
namespace {

// Of others: several disconnected shards mean missed events (Conduit guide).
constexpr std::size_t unserved_alarm = 2;

// The points come back within it (Helix rate limits: so many a minute).
constexpr Duration bucket_period = std::chrono::minutes(1);

// Of the points, what is kept for claims: one in so many. Who has lost the shard, or does not know
// yet that none is to be had, needs the look for a claim. One that has begun costs a point a page,
// up to two hundred, all of which are lost when it is not finished.
constexpr std::uint32_t kept_before_look = 2;
constexpr std::uint32_t kept_while_seeking = 8;
constexpr std::uint32_t kept_within_look = 8;

}  // namespace

void Worker::plan_survey(TimePoint at) {
    survey_at_ = std::min(survey_at_, at);
}

// A session has changed, and guests may be at the one before; or a claim was refused.
void Worker::look_soon(TimePoint now) {
    plan_survey(look_allowance_.next_at(now));
}

// Somebody else may have the shard, or may not. All workers of the client id may come upon that at
// once, as when their machines wake up: each looks at some time of its period. A doubt that comes
// before the next period waits for it.
void Worker::look_for_doubt(TimePoint now) {
    if (state_ >= WorkerState::offering) return;
    const auto period_at = std::max(now, next_doubt_at_);
    if (period_at == now) next_doubt_at_ = now + look_pace_;
    plan_survey(period_at + random_.up_to(look_pace_));
}

// Of what is planned or under way nothing is wanted any more.
void Worker::forget_looks() {
    survey_at_ = never;
    if (survey_) helix_.cancel(survey_->call);
    survey_.reset();
    adoption_.reset();
    if (const auto call = claim_check_.forget()) helix_.cancel(*call);
}

void Worker::start_survey(TimePoint now) {
    if (survey_at_ > now) return;
    survey_at_ = never;
    if (conduit_id_.empty() || is_recreating_) return;
    // One that has read pages goes on: of a large conduit none would ever end otherwise.
    if (survey_ && survey_->reader.has_pages()) {
        survey_->is_wanted_again = true;
        return;
    }
    if (!may_spend_on_looks(is_seeking() ? kept_while_seeking : kept_before_look, now))
        return postpone_survey(now);
    look_allowance_.take(now);
    if (survey_) helix_.cancel(survey_->call);
    survey_.emplace(SurveyUnderWay{{}, Survey(options_.helix.endpoints, conduit_id_), now, now});
    ask_survey(survey_->reader.first_request(), now);
}

// One in `kept_in` of the points is left. As the last answer told, if that was not long ago; and
// what a claim, a stop or a session that is being left waits for is read in any case.
bool Worker::may_spend_on_looks(std::uint32_t kept_in, TimePoint now) const {
    const auto& budget = helix_.budget();
    const bool is_known = budget.limit && budget.remaining && now - bucket_period < points_told_at_;
    const auto is_left = [this](const auto& entry) {
        const bool is_waiting = is_standing_by_ || entry.second.may_have_guests;
        return entry.second.state == LinkState::leaving && is_waiting;
    };
    const bool is_awaited = parking_ || is_parked_unread_ || (home_.empty() && !is_standing_by_) ||
                            std::ranges::any_of(links_, is_left);
    return !is_known || is_awaited || *budget.remaining >= *budget.limit / kept_in;
}

// A shard has been lost, or it is not known yet that none is to be had.
bool Worker::is_seeking() const {
    return is_superseded_ || (is_standing_by_ && !is_told_full_);
}

// All others have as few points. The pace in the background may be an hour: a worker that has no
// shard does not wait for that.
void Worker::postpone_survey(TimePoint now) {
    const auto pace = is_seeking() ? std::min(look_pace_, look_period_min) : look_pace_;
    const auto at = now + pace / 2 + random_.up_to(pace);
    if (is_seeking() && !std::exchange(is_look_postponed_, true)) {
        log_.info("few points of the client id are left: the next look at the shards waits",
                  {{"points", helix_.budget().remaining.value_or(0)},
                   {"points_a_minute", helix_.budget().limit.value_or(0)},
                   {"again_in_ms", to_milliseconds(at - now)}});
    }
    plan_survey(at);
}

void Worker::ask_survey(HttpRequest request, TimePoint now) {
    const Patience patience{.attempt_timeout = options_.look.attempt_timeout,
                            .attempts_max = 3,
                            .give_up_at = now + options_.look.page_patience};
    survey_->asked_at = now;
    survey_->call = helix_.call(std::move(request), patience, now);
}

void Worker::on_survey_step(SurveyStep step, TimePoint points_at, TimePoint now) {
    if (auto* const request = std::get_if<HttpRequest>(&step)) {
        if (may_spend_on_looks(kept_within_look, now)) return ask_survey(std::move(*request), now);
        survey_.reset();
        return postpone_survey(now);
    }
    const auto began_at = survey_->began_at;
    const bool is_wanted_again = survey_->is_wanted_again;
    survey_.reset();
    if (const auto* const failed = std::get_if<SurveyFailed>(&step)) {
        const bool is_new = !std::exchange(is_survey_failing_, true);
        if (failed->is_conduit_gone && may_recreate()) return on_conduit_missing(now);
        if (failed->is_conduit_gone && is_standing_by_) return on_conduit_gone(now);
        if (parking_ && ++parking_->looks_failed == options_.home.park_looks_max) {
            tell_left_behind(failed->why);
            return end_parking(now);
        }
        if (failed->is_conduit_gone) on_conduit_unlisted(now);
        if (is_new) log_.warn("the shards cannot be listed", {{"reason", failed->why}});
        if (std::exchange(is_parked_unread_, false)) resume_claims(now);
        plan_survey(std::max(now + survey_backoff_.next(random_), points_at));
        return;
    }
    on_conduit_proof();
    is_survey_failing_ = is_look_postponed_ = false;
    survey_backoff_.reset();
    const auto& listing = std::get<Listing>(step);
    fleet_size_ = std::max<std::size_t>(listing.sessions().size(), 1);
    listed_pages_ = listing.pages();
    redial_.set_fleet_size(fleet_size_);
    count_unserved(listing);
    listed_before_ = std::exchange(listed_at_, began_at);
    if (parking_ && !parking_->call) on_parking_listing(listing, now);
    if (state_ >= WorkerState::offering) return;
    if (!is_wanted_again) is_superseded_ = false;
    on_listing(listing, began_at, now);
    if (state_ >= WorkerState::offering) return;
    plan_background_survey(listing, now);
    if (is_wanted_again) plan_survey(now);
}

// One shard without a session is every restart's; with several, what Twitch tries in place of one
// that is gone ends at another of them. Our own are claimed, or told, elsewhere.
void Worker::count_unserved(const Listing& listing) {
    auto unserved = listing.unserved();
    shards_listed_ = listing.shard_count();
    shards_unserved_ = unserved.size();
    unserved.erase(home_);
    const bool is_alarming = unserved.size() >= unserved_alarm;
    if (is_alarming == std::exchange(is_alarm_told_, is_alarming)) return;
    if (is_alarming) {
        log_.warn("several shards have no session: events may be missed",
                  {{"shards", unserved.size()}, {"first", unserved.lowest()}});
    } else {
        log_.info("the shards have sessions again, all but one at most");
    }
}

void Worker::plan_background_survey(const Listing& listing, TimePoint now) {
    const auto limit = helix_.budget().limit.value_or(points_a_minute_usual);
    // One that waits without a session counts as well.
    const auto period = look_period(listing.sessions().size() + 1, listing.pages(), limit);
    const bool is_off = period > look_period_max;
    if (is_off != std::exchange(is_background_off_, is_off)) {
        log_.info(is_off ? "no looks in the background: the conduit is too large for their points"
                         : "looks in the background again",
                  {{"shards", listing.shard_count()}, {"sessions", listing.sessions().size()}});
    }
    look_pace_ = std::min<Duration>(period, look_period_max);
    // Whoever waits for a shard has no other way to learn of one.
    const bool is_waiting = is_standing_by_ || home_.size() < options_.conduit.shards.size();
    if ((is_off && !is_waiting) || is_planted(Defect::yielded_for_good)) return;
    plan_survey(now + look_pace_ - look_pace_ / 4 + random_.up_to(look_pace_ / 2));
}

void Worker::on_listing(const Listing& listing, TimePoint began_at, TimePoint now) {
    judge_yielded(listing);
    if (is_parked_unread_) {
        judge_parked(listing, now);
        return resume_claims(now);
    }
    if (is_standing_by_) {
        looked_at_ = began_at;
        choose(listing, began_at, now);
        return;
    }
    if (find(bound_) == nullptr || is_moving()) drop_gone(listing);
    Link* const successor = find(successor_);
    const bool is_claiming = successor != nullptr && successor->state == LinkState::claiming;
    if (home_.empty() && is_claiming) {
        note_owners(listing, now);
        seek_home(*successor, listing, now);
        resume_claims(now);
        return;
    }
    if (find(bound_) == nullptr && !lost_) note_unserved(listing, now);
    // The shard is being moved: what the listing says now is nobody's concern.
    Link* const bound = find(bound_);
    if (bound == nullptr || is_moving()) return;
    const bool is_to_be_claimed = bound->wants_claim && bound->claim_at <= now;
    const auto asked_at = listing.asked_at(home_);
    if (claim_ || is_to_be_claimed || asked_at < claimed_at_) {
        plan_survey(now + options_.look.settle_min);
        return;
    }
    note_holder(listing);
    note_owners(listing, now);
    collect_guests(*bound, listing, now);
    keep_home(*bound, listing, asked_at, now);
    if (bound_ == bound->key) seek_home(*bound, listing, now);
    if (bound_) adopt(listing, now);
    resume_claims(now);
}

}  // namespace conduitd
