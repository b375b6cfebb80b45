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
    if (bound == nullptr) return;
    if (state_ == WorkerState::moving) {
        look_plan_.after_move(now);
        return;
    }
    if (look_) helix_.cancel(look_->call);  // it began before the latest claim
    look_.emplace(Look{{}, ShardLook(options_.conduit.shards), bound->session->id()});
    look_at_page({}, now);
}

void Worker::look_at_page(std::string_view cursor, TimePoint now) {
    const Patience patience{.attempt_timeout = options_.look.attempt_timeout,
                            .attempts_max = 3,
                            .give_up_at = now + options_.look.page_patience};
    look_->asked_at = now;
    look_->call =
        helix_.call(make_list_shards(options_.helix.endpoints, conduit_id_, cursor), patience, now);
}

void Worker::prove_binding(TimePoint asked_at, TimePoint now) {
    if (!binding_.holder().empty()) log_.info("no longer degraded: the shard is ours");
    yielded_ = {};
    if (const auto gap = binding_.prove(asked_at, now)) report_gap(*gap, now);
}

void Worker::on_look_step(const LookStep& step, TimePoint now) {
    if (const auto* const further = std::get_if<LookFurther>(&step)) {
        look_at_page(further->cursor, now);
        return;
    }
    const auto pages = look_->pages.pages();
    const auto asked_at = look_->asked_at;
    const auto session_id = std::exchange(look_, std::nullopt)->session_id;
    Link* const bound = find(bound_);
    if (bound == nullptr || bound->session->id() != session_id) return;
    // A claim that was made meanwhile has planned looks of its own.
    if (look_plan_.is_planned() || bound->wants_claim || claim_) return;
    if (state_ == WorkerState::moving) {
        look_plan_.after_move(now);
        return;
    }

    if (const auto* const failed = std::get_if<LookFailed>(&step)) {
        if (look_plan_.on_failed(now, random_))
            log_.warn("the shard cannot be looked up", {{"reason", failed->why}});
        return;
    }
    const auto standing = judge_look(std::get<ShardsSeen>(step), session_id);
    yielded_ = standing.taken;
    if (standing.is_whole() || is_planted(Defect::look_ignored)) {
        bound->may_be_bound = false;
        binding_.settle();
        prove_binding(asked_at, now);
        look_plan_.on_found(now, random_);
        return;
    }
    if (!standing.taken.empty()) yield_shards(standing, pages, now);
    if (standing.astray.empty()) return;
    look_plan_.on_astray();
    // One that is still read has missed nothing.
    if (!standing.is_read) binding_.doubt(GapReason::shard_astray, binding_.proven_at());
    log_.warn(
        "the shard is not at our session: claiming it again",
        {{"shard", standing.astray.text()}, {"found", standing.found}, {"session", session_id}});
    want_claim(*bound, now);
}

Worker::Standing Worker::judge_look(const ShardsSeen& seen, const std::string& session_id) const {
    Standing standing;
    standing.is_read = true;
    standing.found = "not listed";
    auto astray = options_.conduit.shards;
    for (const auto& shard : seen.shards) {
        const ShardSet id{static_cast<std::uint32_t>(std::stoul(shard.id))};
        const bool is_ours = shard.is_enabled() && shard.session_id == session_id;
        const bool is_own = shard.is_enabled() && binding_.is_own(shard.session_id);
        if (is_ours || (shard.is_enabled() && !is_own)) astray.erase(id);
        if (is_ours) continue;
        if (shard.is_enabled() && !is_own) {
            standing.taken.insert(id);
            standing.holder = shard.session_id.empty() ? shard.method : shard.session_id;
            continue;
        }
        standing.found = shard.is_enabled() ? shard.session_id : shard.status;
        standing.is_read = standing.is_read && shard.is_enabled() && is_read(shard.session_id);
    }
    standing.is_read = standing.is_read && seen.shards.size() == options_.conduit.shards.size();
    standing.astray = std::move(astray);
    return standing;
}

bool Worker::is_read(const std::string& session_id) const {
    return std::ranges::any_of(links_, [&](const auto& entry) {
        const Link& link = entry.second;
        const bool is_open = link.session && link.state != LinkState::closing;
        return is_open && !link.is_continued && link.session->id() == session_id;
    });
}

// Somebody else claimed the shard after us, or a process before us did and its claim came late. It
// is left to them until their session ends, or ours is replaced: if it were claimed back at once,
// two workers that are configured for one shard would take it from each other without end.
void Worker::yield_shards(const Standing& standing, std::uint32_t pages, TimePoint now) {
    if (binding_.yield(standing.holder)) {
        log_.warn("degraded: somebody else's session holds the shard; waiting for its end",
                  {{"shard", standing.taken.text()}, {"session", standing.holder}});
    }
    if (!is_planted(Defect::yielded_for_good)) look_plan_.on_yielded(pages, now, random_);
}

}  // namespace conduitd
