#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Reading once more whether shards that were chosen are still to be had, before they are claimed.
namespace conduitd {

// A claim for a shard that was chosen rests on a listing of less than a second ago, or on a check
// that has just ended: one that took longer would be begun again without end.
bool Worker::is_choice_fresh(TimePoint now) const {
    if (!choice_) return true;
    const bool is_new = now - choice_->asked_at() < options_.home.listing_age_max;
    return !choice_check_ && (is_choice_checked_ || is_new);
}

void Worker::check_choice(TimePoint now) {
    if (choice_check_) return;
    choice_->begin_check();
    read_next_chosen(now, now);
}

void Worker::unchoose(const ShardSet& shards) {
    home_.erase(shards);
    for (auto& entry : links_) entry.second.unclaimed.erase(shards);
}

void Worker::drop_choice(TimePoint now) {
    if (unserved_since_) unserved_unread_ = Unserved{choice_->shards(), *unserved_since_};
    unchoose(choice_->shards());
    forget_choice();
    plan_survey(now);
}

// What was known of the time before the claim was known of what is not to be claimed any more.
void Worker::forget_choice() {
    choice_.reset();
    choice_check_.reset();
    unserved_since_.reset();
    home_listed_at_ = never;
}

void Worker::read_next_chosen(TimePoint began_at, TimePoint now) {
    const Patience patience{.attempt_timeout = options_.look.attempt_timeout,
                            .attempts_max = 3,
                            .give_up_at = now + options_.look.attempt_timeout};
    const auto request =
        make_list_shards(options_.helix.endpoints, conduit_id_, *choice_->next_cursor());
    choice_check_ = ChoiceCheck{helix_.call(request, patience, now), began_at, now};
}

void Worker::on_choice_checked(const Completion& completion, TimePoint now) {
    const auto check = *std::exchange(choice_check_, std::nullopt);
    const auto page = completion.answer ? parse_shards(completion.answer->body)
                                        : Result<ShardPage>(completion.answer.error());
    auto lost = choice_->shards();  // where it cannot be read
    if (page) {
        choice_->on_page(*page, check.asked_at,
                         [this](const std::string& id) { return binding_.is_own(id); });
        const bool has_time = now - check.began_at < options_.home.choice_check_max;
        if (choice_->next_cursor() && has_time) return read_next_chosen(check.began_at, now);
        const auto dead_since = choice_->dead_since();
        lost = choice_->take_lost();
        // The time that one was dead which is lost is not that of the others.
        if (unserved_since_ == dead_since) unserved_since_ = choice_->dead_since();
        // What is not dead has been read until then, or never was by anybody.
        if (!choice_->has_dead()) home_listed_at_ = check.began_at;
    } else if (unserved_since_) {
        unserved_unread_ = Unserved{lost, *unserved_since_};
    }
    if (lost.empty()) return claim_checked(now);
    unchoose(lost);
    if (choice_->shards().empty() || !page) forget_choice();
    end_growth();
    plan_survey(page ? now : std::max(now + survey_backoff_.next(random_), completion.points_at));
    if (!home_.empty()) claim_checked(now);
}

void Worker::claim_checked(TimePoint now) {
    is_choice_checked_ = true;
    resume_claims(now);
    is_choice_checked_ = false;
}

}  // namespace conduitd
