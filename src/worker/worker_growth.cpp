#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Growing a conduit that has no shard to spare, by one. Workers of a host take turns, from a look
// at the listing to the claim of what was made, so that many that start at once each make their
// own. Update Conduits takes an absolute number: it is sent right behind a listing of the count,
// and never repeated without another; what came of it is read back.
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
    } else if (growth_->is_locked && !growth_->call) {
        growth_->full_at = listing.shard_count();
        const Patience patience{.attempt_timeout = options_.look.attempt_timeout,
                                .give_up_at = now + options_.look.page_patience};
        growth_->call = helix_.call(make_list_conduits(options_.helix.endpoints), patience, now);
    }
}

void Worker::on_growth_turn(TimePoint now) {
    growth_->is_locked = true;
    plan_survey(now);
}

void Worker::on_growth_answer(const Completion& completion, TimePoint now) {
    growth_->call.reset();
    const bool was_sent = std::exchange(growth_->is_sent, false);
    if (!completion.answer) {
        log_.warn("the conduit could not be grown",
                  {{"conduit", conduit_id_}, {"reason", completion.reason}});
        end_growth();
        growth_at_ = std::max(now + growth_backoff_.next(random_), completion.points_at);
        plan_survey(growth_at_);
        return;
    }
    const bool is_still_full = count_in(completion.answer->body, conduit_id_) == growth_->full_at;
    if (was_sent) growth_backoff_.reset();
    if (was_sent || !is_still_full) return plan_survey(now);
    log_.info("growing the conduit", {{"conduit", conduit_id_}, {"shards", growth_->full_at + 1}});
    growth_->is_sent = true;
    const Patience patience{.give_up_at = now + options_.search.growth_age_max};
    growth_->call = helix_.call(
        make_update_conduit(options_.helix.endpoints, conduit_id_, growth_->full_at + 1), patience,
        now);
}

// The turn is given to the next.
void Worker::end_growth() {
    if (!std::exchange(growth_, std::nullopt)) return;
    keep_host_lock();
}

}  // namespace conduitd
