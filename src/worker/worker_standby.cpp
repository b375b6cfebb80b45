#include "worker/vacancy.hpp"
#include "worker/worker.hpp"

#include <utility>

// Who has no shard stands by, without a session, and reads the listing until there is one.
namespace conduitd {

void Worker::on_nothing_free(const Listing& listing, TimePoint now) {
    // One that has just died is to be had in a moment, unless its owner comes back: no other is
    // made before that is known, and nobody ends.
    const bool is_for_now = is_auto() && options_.conduit.when_full != WhenFull::wait &&
                            find_vacancies(listing, {}, options_.home.grace).has_fresh_deaths;
    if (is_for_now) return end_growth();
    if (may_grow(listing)) return begin_growth(listing, now);
    end_growth();
    const auto why =
        is_auto() ? std::string("every shard of the conduit has a session")
                  : "shard " + options_.conduit.shards.text() + " has a session of somebody else's";
    if (is_auto() && options_.conduit.when_full == WhenFull::exit) {
        leave_code_ = ExitCode::try_again_later;
        leave_reason_ = why + ", and shard.when_full is `exit`";
        return stop(now);  // a session that was left is read to its end
    }
    if (std::exchange(is_told_full_, true)) return;
    // Every shard has a session: what came before is not missed for want of this one.
    if (auto doubt = binding_.take_doubt()) report_gap({doubt->reason, doubt->since, now}, now);
    log_.info("standing by", {{"reason", why},
                              {"shards", listing.shard_count()},
                              {"sessions", listing.sessions().size()}});
}

// Who stands by has nothing that it could read on with.
void Worker::on_conduit_gone(TimePoint now) {
    if (!has_claimed_) {
        finish(
            ExitCode::conduit_gone,
            "conduit " + conduit_id_ + " does not exist any more, or belongs to another client id");
        return;
    }
    if (!std::exchange(is_claim_refused_, true))
        log_.error("degraded: the conduit is not listed any more", {{"conduit", conduit_id_}});
    plan_survey(now + options_.home.survey_retry_max);
}

// Nothing is left to be held: whatever is open is read out and left.
void Worker::stand_by(TimePoint now) {
    end_growth();
    leave_all(now);
    plan_survey(now);
    if (!is_auto() && options_.conduit.when_superseded == WhenSuperseded::exit) {
        log_.error("superseded: ending, as shard.when_superseded asks for");
        leave_code_ = ExitCode::superseded;
        stop(now);
    }
}

void Worker::leave_all(TimePoint now) {
    is_standing_by_ = true;
    forget_looks();  // one that is under way is of the time before
    bound_.reset();
    successor_.reset();
    move_.reset();
    if (lost_ && !guests_lost_) report_gap({lost_->gap.reason, lost_->gap.since, now}, now);
    lost_.reset();
    redial_at_ = never;
    look_plan_.clear();
    guests_ = fresh_shards_ = {};
    forget_choice();
    unserved_unread_.reset();
    if (const auto doubt = binding_.take_doubt())
        report_gap({doubt->reason, doubt->since, now}, now);
    for (auto& [key, link] : links_) {
        if (link.state >= LinkState::leaving) continue;
        if (link.is_welcomed()) {
            leave(link, now);
        } else {
            abort(link);
        }
    }
}

}  // namespace conduitd
