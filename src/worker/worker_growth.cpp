#include "base/defect.hpp"
#include "helix/error.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Growing a conduit that has no shard to spare, by one. Twitch sends events to a shard from the
// moment it is made, so the session that is to have it is dialled first: behind its welcome the
// shard is made and claimed, back to back, and who has no session makes none. Workers of a host
// take turns, from a look at the listing to the claim of what was made, so that many that start at
// once each make their own. Update Conduits takes an absolute number: it is sent right behind a
// listing of the count, and never repeated without another. Where its answer does not tell what
// came of it, it is read back.
//
//     full -> lock -> still full -> dial -> welcome -> count -> the same: one more -> claim
//                                                         |
//                                                         +-> not the same: look for what is free
namespace conduitd {
namespace {

std::optional<std::uint32_t> count_in(const std::string& listing, const std::string& conduit_id) {
    const auto conduits = parse_conduits(listing);
    if (!conduits) return std::nullopt;
    const auto found = std::ranges::find(*conduits, conduit_id, &Conduit::id);
    if (found == conduits->end()) return std::nullopt;
    return found->shard_count;
}

}  // namespace

bool Worker::may_grow(const Listing& listing) const {
    return is_auto() && options_.conduit.when_full == WhenFull::grow &&
           listing.shard_count() < options_.conduit.shard_max;
}

// Nothing is free. With the turn comes another look: others may have grown it meanwhile.
void Worker::begin_growth(const Listing& listing, TimePoint now) {
    if (now < growth_at_) return plan_survey(growth_at_);
    if (!growth_) {
        growth_ = Growth{};
        keep_host_lock();
    } else if (growth_->is_locked) {
        growth_->full_at = listing.shard_count();
        growth_->page = listing.page_of(growth_->full_at).cursor;
        is_standing_by_ = false;
        dial_fresh("no shard is free: one is to be made", now);
        if (is_planted(Defect::grown_before_dial)) ask_for_count(now);
    }
}

void Worker::on_growth_turn(TimePoint now) {
    growth_->is_locked = true;
    plan_survey(now);
}

// The session that is on its way, or open, is for a shard that is still to be made.
bool Worker::is_growing() const {
    return growth_ && growth_->is_locked && home_.empty() && !is_standing_by_;
}

void Worker::ask_for_count(TimePoint now) {
    const Patience patience{.attempt_timeout = options_.handover.claim_attempt_timeout,
                            .attempts_max = 1,
                            .give_up_at = now + options_.handover.claim_attempt_timeout};
    growth_->call = helix_.call(make_list_conduits(options_.helix.endpoints), patience, now);
}

// Somebody else has made one, and another has it: there is time for one more.
bool Worker::may_count_again(const Link& link, const Listing& listing, TimePoint now) const {
    const auto& handover = options_.handover;
    const auto last_at = link.welcomed_at + handover.claim_window - handover.claim_attempt_timeout;
    return is_growing() && growth_->sent_at == never && may_grow(listing) && now < last_at;
}

void Worker::on_growth_answer(const Completion& completion, TimePoint now) {
    growth_->call.reset();
    if (growth_->sent_at != never) return on_grown(completion, now);
    if (is_growing() && find(successor_) != nullptr) on_counted(completion, now);
}

void Worker::on_counted(const Completion& completion, TimePoint now) {
    if (!completion.answer) return give_up_growth(completion.reason, completion.points_at, now);
    if (count_in(completion.answer->body, conduit_id_) != growth_->full_at)
        return want_claim(*find(successor_), now);
    log_.info("growing the conduit", {{"conduit", conduit_id_}, {"shards", growth_->full_at + 1}});
    growth_->sent_at = now;
    unserved_unread_ = Unserved{{growth_->full_at}, now};
    const Patience patience{.attempt_timeout = options_.handover.claim_attempt_timeout,
                            .give_up_at = now + options_.search.growth_age_max};
    growth_->call = helix_.call(
        make_update_conduit(options_.helix.endpoints, conduit_id_, growth_->full_at + 1), patience,
        now);
}

// It may have taken effect unanswered, and the listing tells: the session is there to claim it.
void Worker::on_grown(const Completion& completion, TimePoint now) {
    Link* const link = find(successor_);
    const auto& made = growth_->full_at;
    const bool is_made =
        completion.answer && count_in(completion.answer->body, conduit_id_) == made + 1;
    if (is_made) growth_backoff_.reset();
    if (!home_.empty() || link == nullptr || !link->is_welcomed()) {
        // Another one was free meanwhile.
        if (is_made && !home_.contains(made)) fresh_shards_.insert({made});
        return;
    }
    if (is_made) {
        Listing listing(made + 1);
        listing.add({}, std::nullopt, {growth_->page, now});
        take_home({made}, listing, now);
        return want_claim(*link, now);
    }
    const bool is_refused =
        !completion.answer &&
        !(completion.was_sent && completion.answer.error() == HelixError::unavailable);
    if (is_refused) return give_up_growth(completion.reason, completion.points_at, now);
    want_claim(*link, now);
}

// Twitch closes a session that has no shard ten seconds after its welcome (4003).
TimePoint Worker::growth_deadline() const {
    const bool is_for_growth = is_growing() || state_ == WorkerState::preparing;
    const Link* const link = successor_ && is_for_growth ? find(*successor_) : nullptr;
    if (link == nullptr || link->state != LinkState::claiming) return never;
    return link->welcomed_at + options_.handover.claim_window;
}

void Worker::on_growth_deadline(TimePoint now) {
    if (state_ == WorkerState::preparing) return close(*find(successor_));
    give_up_growth("no answer in time", now, now);
}

// What could not be dialled is no reason to make a shard: the listing is read again first.
void Worker::on_growth_session_ended(const SessionEnd& end, TimePoint now) {
    const bool was_sent = growth_->sent_at != never;
    end_growth();
    growth_at_ = end.http_status == 429U ? redial_.after_refusal(now, random_)
                                         : redial_.after_loss(now, random_);
    is_standing_by_ = true;
    plan_survey(was_sent ? now : growth_at_);
}

void Worker::give_up_growth(std::string_view reason, TimePoint not_before, TimePoint now) {
    log_.warn("the conduit could not be grown", {{"conduit", conduit_id_}, {"reason", reason}});
    const auto unread = growth_->sent_at == never ? std::nullopt : unserved_unread_;
    end_growth();
    growth_at_ = std::max(now + growth_backoff_.next(random_), not_before);
    stand_by(now);
    unserved_unread_ = unread;  // it may have been made all the same
}

// The turn is given to the next.
void Worker::end_growth() {
    const auto growth = std::exchange(growth_, std::nullopt);
    if (!growth) return;
    if (growth->call) helix_.cancel(*growth->call);
    keep_host_lock();
}

}  // namespace conduitd
