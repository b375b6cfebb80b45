#include "worker/worker.hpp"

#include "base/defect.hpp"
#include "eventsub/error.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {

std::string_view name_of(WorkerState state) {
    switch (state) {
        case WorkerState::preparing:
            return "preparing";
        case WorkerState::standby:
            return "standby";
        case WorkerState::seeking:
            return "seeking";
        case WorkerState::holding:
            return "holding";
        case WorkerState::moving:
            return "moving";
        case WorkerState::offering:
            return "offering";
        case WorkerState::stopping:
            return "stopping";
        case WorkerState::stopped:
            return "stopped";
    }
    return "unknown";
}

Worker::Worker(WorkerOptions options, FrameSink& sink, LogSink& log_sink, std::uint64_t seed)
    : options_(std::move(options)),
      sink_(sink),
      log_(log_sink, "worker"),
      random_(seed),
      helix_(options_.helix, Log(log_sink, "helix"), Random(seed + 1)),
      dedupe_(options_.dedupe),
      redial_(options_.redial),
      search_(options_.conduit, options_.search, Random(seed + 2)),
      missing_conduit_(options_.missing_conduit),
      refused_claims_(options_.refused_claims),
      look_plan_(options_.look),
      claim_check_(options_.claim_check),
      survey_backoff_(options_.home.survey_retry_min, options_.home.survey_retry_max),
      home_(options_.take_over ? options_.take_over->home : options_.conduit.shards) {
    if (is_planted(Defect::plan_b_late)) options_.handover.plan_b_after = std::chrono::seconds(35);
}

void Worker::start(TimePoint now) {
    started_at_ = listed_at_ = search_began_at_ = now;
    binding_.start(now);
    if (const auto& gap = options_.gap_before) binding_.doubt(gap->reason, gap->since);
    is_parked_unread_ = options_.was_parked && !is_auto();
    const auto spread =
        std::min(options_.start_spread * static_cast<int>(options_.fleet_before - 1),
                 options_.start_spread_max);
    begin_at_ = now + random_.up_to(spread);
    if (begin_at_ <= now) begin(now);
    settle(now);
}

void Worker::begin(TimePoint now) {
    begin_at_ = never;
    helix_.prepare_token(now);
    search(now);
}

void Worker::on_session_open(SessionKey key, TimePoint now) {
    Link* const link = find(key);
    if (link == nullptr) return;
    link->session.emplace(options_.session, now);
    link->proof_at = std::max(link->dialed_at, came_at(now));
    if (link->state == LinkState::dialing) link->state = LinkState::awaiting_welcome;
    // Twitch has moved the session here: while its shards are being parked, they are read here.
    if (state_ == WorkerState::stopping && !parking_) close(*link);
}

void Worker::on_frame(SessionKey key, std::string_view frame, TimePoint now) {
    Link* const link = find(key);
    if (link == nullptr || !link->session) return;
    link->is_silent = false;
    link->proof_at = std::max(link->proof_at, came_at(now));

    const auto event = link->session->on_frame(frame, now);
    if (!event) {
        on_skipped(*link, event.error(), frame.size(), now);
        settle(now);
        return;
    }
    switch (event->kind) {
        case SessionEvent::Kind::data:
            on_data(*link, event->message, frame, now);
            return;
        case SessionEvent::Kind::welcomed:
            on_welcome(*link, now);
            break;
        case SessionEvent::Kind::reconnect_requested:
            on_reconnect_order(*link, event->message.reconnect_url, now);
            break;
        case SessionEvent::Kind::skipped:
            log_.warn("message of an unknown type skipped", {{"type", event->message.type_name}});
            break;
        case SessionEvent::Kind::none:
            if (bound_ == key && quiet_watch_.has_gone_quiet(now)) look_for_doubt(now);
            return;
        case SessionEvent::Kind::silent:
            return;
    }
    settle(now);
}

void Worker::on_binary_message(SessionKey key, std::size_t bytes, TimePoint now) {
    Link* const link = find(key);
    if (link == nullptr || !link->session) return;
    ++frames_skipped_;
    log_.warn("binary message skipped", {{"bytes", bytes}, {"session", link->session->id()}});
    report_gap({GapReason::message_skipped, now, now}, now);
    settle(now);
}

void Worker::on_session_end(SessionKey key, const SessionEnd& end, TimePoint now) {
    const auto found = links_.find(key);
    if (found == links_.end()) return;
    // Held messages are ours already: they go out before the link is forgotten, and so do those
    // that waited for it. At a stop all sessions are closed at once: one that ends before its
    // predecessor leaves them to it.
    const bool must_wait = state_ == WorkerState::stopping && must_hold(found->second);
    if (must_wait) {
        hand_over_held(found->second, *find(found->second.predecessor));
    } else if (!is_planted(Defect::held_forgotten)) {
        release(found->second);
    }
    if (claim_ && claim_->key == key) abandon_claim(found->second, now);
    Link link = std::move(found->second);
    links_.erase(found);
    note_proofs_of_ended(link);
    if (link.session && !link.is_continued()) {
        const auto unread_since = last_proof(link, end, now);
        binding_.on_session_unread(link.session->id(), unread_since);
        if (!astray_at_.empty() && link.session->id() == astray_at_) {
            binding_.doubt(GapReason::shard_astray, unread_since);
            astray_at_.clear();
        }
    }
    for (auto& [other_key, other] : links_) {
        if (other.predecessor == key) {
            other.predecessor.reset();
            release(other);
        }
        if (other.departure) note_end(*other.departure, link);
    }
    if (lost_) note_end(lost_->departure, link);
    log_end(link, end);
    const bool was_growing = link.key == successor_ && is_growing();
    if (link.key == successor_ && !was_growing) end_growth();

    const bool was_bound = bound_ == key;
    const bool was_successor = successor_ == key;
    if (was_bound) bound_.reset();
    if (was_successor) successor_.reset();
    // While stopping a welcome is read and not acted upon.
    const bool is_unknown = link.welcomed_at == TimePoint{} || state_ == WorkerState::stopping;
    const bool was_moved_to =
        link.origin == LinkOrigin::reconnect && end.was_cut && is_unknown && !link.is_unused;
    if (link.bound_at == TimePoint{} && (link.may_be_bound || was_moved_to)) {
        on_unproven_ended(link, end, now);
    }
    if (link.left_at != TimePoint{}) report_departure(link, end, now);
    if (state_ == WorkerState::offering) {
        if (was_bound) on_end_while_offering(std::move(link), end, now);
        return settle(now);
    }
    if (state_ == WorkerState::stopping) {
        on_end_while_stopping(link, end, now);
        finish_when_empty();
        return;
    }
    if (was_bound) on_bound_ended(link, end, now);
    if (was_successor && state_ == WorkerState::preparing) on_search_session_ended();
    if (was_growing) {
        on_growth_session_ended(end, now);
    } else if (was_successor) {
        on_successor_ended(link, end, now);
    } else if (move_ && move_->dialed == key && is_refusal(end)) {
        on_url_refused(now);
    }
    if (link.left_at != TimePoint{}) on_left_ended(link, end, now);
    settle(now);
}

void Worker::on_response(RequestId id, Result<HttpResponse> answer, TimePoint now, WallTime wall) {
    if (state_ == WorkerState::stopped) return;
    if (const auto straggler = stragglers_.extract(id)) {
        on_straggler(straggler.mapped(), answer, now);
    }
    if (answer && !answer->header("Ratelimit-Remaining").empty()) points_told_at_ = now;
    helix_.on_response(id, std::move(answer), now, wall);
    settle(now);
}

TimePoint Worker::deadline() const {
    if (state_ == WorkerState::stopped) return never;
    TimePoint at =
        std::min({begin_at_, helix_.deadline(), search_.deadline(), token_retry_at_, redial_at_,
                  look_plan_.at(), survey_at_, subscriptions_at_, parking_deadline(), stop_by_,
                  claim_check_.deadline(), growth_deadline(), offer_deadline()});
    if (move_) {
        at = std::min(at, move_->dial_again_at);
        if (!move_->has_plan_b)
            at = std::min(at, move_->ordered_at + options_.handover.plan_b_after);
    }
    for (const auto& [key, link] : links_) {
        if (link.session) at = std::min(at, link.session->deadline());
        if (link.wants_claim && !claim_) at = std::min(at, link.claim_at);
        at = std::min({at, hold_deadline(link), leave_deadline(link)});
    }
    return at;
}

void Worker::on_deadline(TimePoint now) {
    if (state_ == WorkerState::stopped) return;
    if (begin_at_ <= now) begin(now);
    helix_.on_deadline(now);
    if (search_.deadline() <= now) follow(search_.on_deadline(), now);
    on_move_deadline(now);
    if (redial_at_ <= now) {
        redial_at_ = never;
        if (state_ < WorkerState::offering) dial_again(now);
    }
    on_link_deadlines(now);
    if (claim_check_.deadline() <= now) on_claim_check_deadline(now);
    if (growth_deadline() <= now) on_growth_deadline(now);
    if (state_ < WorkerState::offering) start_claims(now);
    start_look(now);
    start_survey(now);
    if (subscriptions_at_ <= now) on_subscription_check_due(now);
    if (parking_) on_parking_deadline(now);
    if (offer_deadline() <= now) on_offer_deadline();
    if (stop_by_ <= now) {
        stop_by_ = never;
        parking_.reset();
        tell_untold(now);
        cut_short();
    }
    settle(now);
}

std::optional<Action> Worker::next_action() {
    if (actions_.empty()) return std::nullopt;
    Action action = std::move(actions_.front());
    actions_.pop_front();
    return action;
}

WorkerStatus Worker::status() const {
    const Link* const link = bound_ ? find(*bound_) : nullptr;
    return {.state = state_,
            .conduit_id = conduit_id_,
            .shards = home_,
            .guests = link != nullptr ? kept_ : ShardSet(),
            .session_id = link != nullptr ? link->session->id() : std::string(),
            .forwarded = forwarded_,
            .duplicates = duplicates_,
            .dedupe_evicted = dedupe_.evicted_early(),
            .reconnects = reconnects_,
            .losses = losses_,
            .handovers = handovers_,
            .claims = claims_,
            .claims_failed = claims_failed_,
            .read_old = read_old_,
            .read_new = read_new_,
            .gaps = gaps_,
            .gap_total = gap_total_,
            .frames_skipped = frames_skipped_,
            .last_handover = last_handover_,
            .is_doubtful = is_doubtful(),
            .unproven_since = link != nullptr && link->proof_at < awake_at_
                                  ? std::optional(slept_since_)
                                  : std::nullopt,
            .held_by = held_by_,
            .points_left = helix_.budget().remaining,
            .points_limit = helix_.budget().limit,
            .token_ends_at = helix_.token_ends_at(),
            .shards_listed = shards_listed_,
            .shards_unserved = shards_unserved_,
            .fleet_size = fleet_size_,
            .parked_at = parked_at_,
            .is_degraded = is_token_refused_ || is_claim_refused_};
}

Link* Worker::find(SessionKey key) {
    const auto found = links_.find(key);
    return found == links_.end() ? nullptr : &found->second;
}

const Link* Worker::find(SessionKey key) const {
    const auto found = links_.find(key);
    return found == links_.end() ? nullptr : &found->second;
}

Link* Worker::find(const std::optional<SessionKey>& key) {
    return key ? find(*key) : nullptr;
}

// Another session is to take over from the bound one.
bool Worker::is_moving() const {
    return successor_ || redial_at_ != never || move_;
}

// After every input: takes what the Helix client has answered, hands on what it asks for, and names
// the state.
void Worker::settle(TimePoint now) {
    if (state_ == WorkerState::stopped) return;
    take_completions(now);
    watch_token(now);
    dial_with_token(now);
    while (auto request = helix_.next_request()) {
        act(SendRequest{request->id, std::move(request->request)});
    }
    if (auto token = helix_.take_token_to_store()) act(StoreToken{std::move(*token)});
    keep_token_cache_lock();
    if (state_ >= WorkerState::offering || conduit_id_.empty()) return;
    state_ = is_standing_by_ ? WorkerState::standby
             : !bound_       ? WorkerState::seeking
             : is_moving()   ? WorkerState::moving
                             : WorkerState::holding;
}

}  // namespace conduitd
