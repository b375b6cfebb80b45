#include "base/defect.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Reading the shard back. A clean answer to a claim is no proof: a request of ours that timed out,
// or that was sent for a session which has ended, may be applied later than the one that followed
// it, and the last write wins. Only Get Conduit Shards tells, so it is asked once such a straggler
// must have arrived, and once more later.
namespace conduitd {

// While the shard has no session, the next claim plans its looks; while it is being moved, what the
// listing says is nobody's concern.
void Worker::start_look(TimePoint now) {
    if (!look_plan_.is_due(now)) return;
    look_plan_.clear();
    const Link* const bound = find(bound_);
    if (bound == nullptr || home_.empty()) return;
    if (state_ == WorkerState::moving) {
        look_plan_.after_move(now);
        return;
    }
    if (look_) helix_.cancel(look_->call);  // it began before the latest claim
    const auto from =
        home_page_.empty() ? ShardLook::From::first_page : ShardLook::From::page_that_had_them;
    look_.emplace(LookUnderWay{{}, ShardLook(home_, from), bound->session->id(), {}, {}});
    look_at_page(home_page_, now);
}

void Worker::look_at_page(const std::string& cursor, TimePoint now) {
    const Patience patience{.attempt_timeout = options_.look.attempt_timeout,
                            .attempts_max = 3,
                            .give_up_at = now + options_.look.page_patience};
    look_->asked_at = now;
    look_->cursor = cursor;
    look_->call =
        helix_.call(make_list_shards(options_.helix.endpoints, conduit_id_, cursor), patience, now);
}

void Worker::prove_binding(TimePoint asked_at, TimePoint now) {
    astray_at_.clear();
    if (const auto gap = binding_.prove(asked_at, now)) report_gap(*gap, now);
    // What had timed out so long before cannot come any more.
    if (stragglers_.empty()) binding_.settle_before(asked_at - options_.look.settle_min);
}

void Worker::on_look_step(const LookStep& step, TimePoint now) {
    if (const auto* const further = std::get_if<LookFurther>(&step)) {
        look_at_page(further->cursor, now);
        return;
    }
    const auto look = *std::exchange(look_, std::nullopt);
    const auto asked_at = look.asked_at;
    const auto& session_id = look.session_id;
    Link* const bound = find(bound_);
    if (bound == nullptr || bound->session->id() != session_id) return;
    // A claim that was made meanwhile has planned looks of its own.
    if (look_plan_.is_planned() || bound->wants_claim || claim_) return;
    Listing listing(Listing::shards_max);
    if (const auto* const seen = std::get_if<ShardsSeen>(&step))
        listing.add({seen->shards, {}}, std::nullopt, {{}, asked_at});
    if (state_ == WorkerState::moving) {
        settle_loose_claims(listing, asked_at);
        look_plan_.after_move(now);
        return;
    }

    if (const auto* const failed = std::get_if<LookFailed>(&step)) {
        if (look_plan_.on_failed(now, random_))
            log_.warn("the shard cannot be looked up", {{"reason", failed->why}});
        return;
    }
    // Of several shards the last page alone would not have all.
    home_page_ = home_.size() == 1 ? look.cursor : std::string();
    const auto standing = judge_home(listing, home_, session_id, binding_);
    if (standing.is_whole() || is_planted(Defect::look_ignored)) {
        bound->may_be_bound = false;
        binding_.settle();
        prove_binding(asked_at, now);
        look_plan_.on_found(now, random_);
        return;
    }
    // Whether by its owner or by a host, only the whole listing tells. Till then nothing is
    // claimed.
    if (!standing.taken.empty() || !standing.hosted.empty()) {
        is_superseded_ = true;
        plan_survey(now);
        return;
    }
    look_plan_.on_astray();
    reclaim(*bound, standing, now);
}

bool Worker::is_read(const std::string& session_id) const {
    return std::ranges::any_of(links_, [&](const auto& entry) {
        const Link& link = entry.second;
        const bool is_open = link.session && link.state != LinkState::closing;
        return is_open && !link.is_continued() && link.session->id() == session_id;
    });
}

}  // namespace conduitd
