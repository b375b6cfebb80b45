#include "base/defect.hpp"
#include "eventsub/close_code.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <utility>

// Losses: sessions that fall silent or end, and what may be missing then.
namespace conduitd {
namespace {

GapReason reason_of(const Link& link, const SessionEnd& end) {
    if (link.is_silent) return GapReason::session_silent;
    return end.was_cut ? GapReason::session_cut : GapReason::session_closed;
}

}  // namespace

void Worker::on_silence(Link& link, TimePoint now) {
    if (link.state == LinkState::claiming && claim_ && claim_->key == link.key) {
        link.is_silent = true;  // the answer tells whether it has the shard
        return;
    }
    if (!link.is_welcomed() || link.state == LinkState::claiming) {
        log_.warn("session silent before it was bound", {});
        give_up(link, now);
        return;
    }
    if (link.state != LinkState::bound) return;  // it is being left; its linger ends it
    link.is_silent = true;
    ++losses_;
    replace(link, HandoverCause::doubt, "silence beyond its keepalive timeout", now);
    // What its successor holds back need not wait for a session that says nothing.
    for (auto& [key, other] : links_) {
        if (other.predecessor == link.key) release(other);
    }
}

// Before a claim and without a welcome nothing can have been written to a fresh session. Otherwise
// something can: a claim may have taken effect unanswered, and Twitch may have moved the old
// session here although its welcome is late. That is read to the end.
void Worker::give_up(Link& link, TimePoint now) {
    if (link.is_welcomed() && has_claimed_ && link.may_be_bound) {
        give_way(link, now);
    } else if (link.is_welcomed()) {
        close(link);
    } else if (link.origin == LinkOrigin::reconnect) {
        leave(link, now);
    } else {
        abort(link);
    }
}

void Worker::on_bound_ended(const Link& link, const SessionEnd& end, TimePoint now) {
    if (!link.is_silent) ++losses_;
    // Their owners may come before the next session does: the next listing tells.
    guests_ = {};
    adoption_.reset();
    auto departure =
        link.departure.value_or(Departure{link.key, HandoverCause::loss, now, link.tally});
    auto since = last_proof(link, end, now);
    const auto doubt = binding_.take_doubt();
    const bool is_whole = !end.was_cut && !link.is_silent && !doubt;
    auto reason = reason_of(link, end);
    // Some of the shards may have had no session yet since a process before this one.
    if (doubt && doubt->since < started_at_) reason = doubt->reason;
    if (doubt) since = std::min(since, doubt->since);
    lost_.emplace(LostSession{std::move(departure), link.session->id(), link.tally,
                              Gap{reason, since, {}}, is_whole, doubt.has_value()});
    redial_.on_bound_spell(link.bound_at, now, end.was_cut);
    // What was given up may have been ours for a while after the last that was read.
    const auto read_until = is_whole ? link.proof_at : since;
    const bool may_lack =
        given_up_ && (!is_whole || is_closed_early(link, end, given_up_->at, now));
    if (may_lack && read_until < given_up_->at)
        report_gap({reason, read_until, given_up_->at, given_up_->shards}, now);
    if (move_ && !move_->has_plan_b && !is_planted(Defect::old_end_overlooked)) {
        start_plan_b("the session to be left ended first", now);
        return;
    }
    if (home_.empty()) {
        lose_guests(lost_->gap, kept_);
        stand_by(now);
        return;
    }
    // Whatever wait was for a replacement of it.
    if (is_on_its_way(find(successor_))) return;
    successor_.reset();
    redial_at_ = std::min(redial_at_, redial_.after_loss(now, random_));
}

// If not, it has spoken again since it fell silent: there is nothing left to replace.
bool Worker::is_to_be_left(const Link& bound) const {
    return move_ || bound.is_silent || bound.is_to_be_replaced;
}

bool Worker::is_refusal(const SessionEnd& end) {
    return end.http_status ||
           (end.close_code && meaning_of(*end.close_code) == CloseMeaning::reconnect_refused);
}

void Worker::on_url_refused(TimePoint now) {
    move_->is_refused = true;
    if (!is_planted(Defect::refusal_waited_out)) start_plan_b("it is refused", now);
}

void Worker::on_successor_ended(const Link& link, const SessionEnd& end, TimePoint now) {
    // A claim of it that was not answered may have taken the shard from the session that is read.
    Link* const bound = find(bound_);
    const bool is_taken = link.may_be_bound && !is_planted(Defect::shard_not_reclaimed);
    if (bound != nullptr && is_taken) want_claim(*bound, now);
    if (link.origin == LinkOrigin::reconnect && move_) {
        if (is_refusal(end) && link.url_number == move_->number) {
            on_url_refused(now);
            return;
        }
        try_url_again(now);
        if (move_->has_plan_b && redial_at_ == never) redial_at_ = redial_.after_loss(now, random_);
        return;
    }
    if (bound != nullptr && !is_to_be_left(*bound)) {
        bound->departure.reset();
        return;
    }
    redial_at_ = end.http_status == 429U ? redial_.after_refusal(now, random_)
                                         : redial_.after_loss(now, random_);
    wait_for_token();
    if (move_ && bound != nullptr) try_url_again(now);
}

void Worker::on_slept(TimePoint since, TimePoint now) {
    // What came during the sleep before may still be unread.
    if (since >= awake_at_ + options_.backlog_max) slept_since_ = since;
    awake_at_ = now;
    quiet_watch_ = {};
    // Sooner than that nobody takes what is ours.
    if (now - since >= options_.home.grace) look_for_doubt(now);
}

// When what is read now had come at the latest.
TimePoint Worker::came_at(TimePoint now) const {
    return now < awake_at_ + options_.backlog_max ? slept_since_ : now;
}

// When the session was last known to bring all that Twitch wrote to it. Its close frame says that
// of itself; a broken connection, or one that had been silent, only of what was read.
TimePoint Worker::last_proof(const Link& link, const SessionEnd& end, TimePoint now) const {
    if (is_planted(Defect::gap_begins_early)) return std::max(link.welcomed_at, link.bound_at);
    const bool is_whole = (!end.was_cut && !link.is_silent) || is_planted(Defect::gap_begins_late);
    return is_whole ? std::max(came_at(now), link.proof_at) : link.proof_at;
}

// So soon after another one took over, Twitch may have closed it before. The answer to a close
// frame of ours has the code of that.
bool Worker::is_closed_early(const Link& link, const SessionEnd& end, TimePoint left_at,
                             TimePoint now) const {
    const bool is_answer =
        link.state == LinkState::closing && end.close_code.value_or(1000) == 1000;
    return !end.was_cut && !is_answer && came_at(now) < left_at + options_.handover.close_frame_way;
}

// A session that was left has ended. Only now it is known whether its silence was one, for it may
// have spoken until its end, and whether all was read that Twitch wrote to it before another
// session took over.
void Worker::report_departure(const Link& link, const SessionEnd& end, TimePoint now) {
    if (!link.departure) {
        report_late(link, end, now);
        return;
    }
    const bool is_other = link.session->id() != link.departure->successor_id;
    const bool has_gap = link.is_silent || end.was_cut ||
                         (is_other && is_closed_early(link, end, link.left_at, now));
    // What was read after it was left may have been written before.
    const auto since = std::min(link.proof_at, link.left_at);
    const auto unbound = has_gap ? link.left_at - since : Duration::zero();
    // Where none took over the shards were somebody else's, and what had begun came to nothing.
    if (link.departure->taken_over_at != never) {
        report_handover(*link.departure, link.session->id(), link.tally,
                        std::max(unbound, link.departure->unproven));
    }
    if (!has_gap || is_planted(Defect::gap_untold)) return;
    if (!end.was_cut && link.is_silent && is_planted(Defect::silence_untold)) return;
    // Twitch may have gone on writing to one that is cut off. Guests were on it too.
    auto shards = state_ < WorkerState::offering ? home_ : served_;
    shards.insert(link.guests);
    report_gap({reason_of(link, end), since, end.was_cut ? now : link.left_at, std::move(shards)},
               now);
}

// A session at the reconnect URL has ended whose welcome came only after another one had taken
// over. It carried on the session that is being left: where it ends so soon, both may have ended
// before the other one had the shard.
void Worker::report_late(const Link& link, const SessionEnd& end, TimePoint now) {
    // It was left without a successor: somebody else had the shard by then.
    const bool had_the_shard = link.bound_at != TimePoint{};
    const bool is_early = is_closed_early(link, end, link.left_at, now);
    if (had_the_shard && (end.was_cut || link.is_silent || is_early)) {
        report_gap({reason_of(link, end), std::min(link.proof_at, link.left_at), link.left_at},
                   now);
        return;
    }
    const Link* const bound = find(bound_);
    const auto has_carried_on = [&](const auto& entry) {
        const Link& old = entry.second;
        return old.departure && old.session->id() == link.session->id();
    };
    if (bound == nullptr || std::ranges::none_of(links_, has_carried_on)) return;
    const auto until = bound->bound_at;
    if (came_at(now) >= until + options_.handover.close_frame_way) return;
    report_gap({reason_of(link, end), until, until}, now);
}

// A session has ended that never was proven to have the shard, but may have had it until a session
// that was dialled later did: a claim of it was not answered, or it was dialled at a reconnect URL
// and cut off, and Twitch may have moved the shard's session there before its welcome was read.
void Worker::on_unproven_ended(const Link& link, const SessionEnd& end, TimePoint now) {
    const bool was_welcomed = link.welcomed_at != TimePoint{};
    const auto since = was_welcomed ? last_proof(link, end, now)
                                    : std::max({link.dialed_at, link.unmoved_until,
                                                unmoved_until(link.key, link.moved_id)});
    const auto reason = link.may_be_bound ? GapReason::claim_unanswered : GapReason::session_cut;
    Link* const bound = find(bound_);
    const bool has_claimed_elsewhere =
        !was_welcomed && bound != nullptr && bound->session->id() != link.moved_id;
    if (state_ >= WorkerState::offering) {
        if (end.was_cut) tell_at_stop({reason, since, {}, {}}, now);
    } else if (bound != nullptr && link.may_be_bound && !binding_.loose_claims().empty()) {
        // A claim that was late may have taken the shard back since it was proven to be elsewhere.
        binding_.doubt_for_loose_claim(since);
        if (!is_planted(Defect::shard_not_reclaimed)) want_claim(*bound, now);
    } else if (bound != nullptr && (bound->key > link.key || has_claimed_elsewhere)) {
        // A claim that was late may have taken the shard back until it was proven to be elsewhere.
        const auto until =
            link.may_be_bound ? std::max(bound->bound_at, binding_.proven_at()) : bound->bound_at;
        if (since < until) report_gap({reason, since, until}, now);
    } else if (!was_welcomed) {
        note_lost_dial(link, since);
        // It was given up when another one took over: nobody else is on the way to end the doubt.
        const bool is_stray = bound != nullptr && !successor_ && !move_ && redial_at_ == never;
        if (is_stray) replace(*bound, HandoverCause::doubt, "Twitch may have moved it on", now);
    } else if (lost_ && link.may_be_bound && binding_.loose_claims().empty()) {
        // The one that was lost is known to have had the shard after it.
        const auto until = binding_.proven_at();
        if (since < until) report_gap({reason, since, until}, now);
    } else if (lost_) {
        lost_->gap.since = std::min(lost_->gap.since, since);
        lost_->is_whole = false;
    } else {
        binding_.doubt_for_loose_claim(since);
        if (bound != nullptr) want_claim(*bound, now);
    }
}

// A session that was to be read to its end for the stop's sake, and was not, or had gone silent.
void Worker::on_end_while_stopping(const Link& link, const SessionEnd& end, TimePoint now) {
    const bool had_the_shard = link.bound_at != TimePoint{} && link.left_at == TimePoint{};
    // Before the shard is parked its session is not closed by us: a loss like any other.
    // Nor is it one where Twitch has moved it on: the later one goes on, or is lost by itself.
    const bool is_lost = parking_ && link.state != LinkState::closing && !link.is_continued();
    const bool has_gap = had_the_shard && (end.was_cut || link.is_silent || is_lost);
    if (!has_gap || is_planted(Defect::stop_gap_untold)) return;
    const auto since = last_proof(link, end, now);
    if (!link.is_continued()) return tell_at_stop({reason_of(link, end), since, {}, {}}, now);
    const auto until = std::min(link.continued_at, parked_at_.value_or(never));
    if (since < until) report_gap({reason_of(link, end), since, until, {}}, now);
}

void Worker::on_left_ended(const Link& link, const SessionEnd& end, TimePoint now) {
    // On the real service the binding lives on in the session that continued this one; should its
    // end have disturbed that all the same, one more claim puts it right.
    Link* const bound = find(bound_);
    if (bound == nullptr) return;
    if (bound->origin == LinkOrigin::reconnect && !home_.empty()) want_claim(*bound, now);
    // A claim that was late may have taken the shard back to it, from the one that took over.
    const bool may_have_had_it =
        !link.is_continued() && binding_.has_loose_claim_for(link.session->id());
    if (may_have_had_it && !home_.empty()) {
        binding_.doubt_for_loose_claim(last_proof(link, end, now));
        if (!is_planted(Defect::shard_not_reclaimed)) want_claim(*bound, now);
    }
    // Guests may have come to it until then.
    look_soon(now);
}

// The shard, which had lost its session, has one again.
void Worker::recover(const Link& link, TimePoint now) {
    auto lost = *std::exchange(lost_, std::nullopt);
    lost.gap.until = now;
    lost.departure.taken_over_at = now;
    lost.departure.successor = link.key;
    lost.departure.successor_id = link.session->id();
    const auto unbound = lost.has_gap ? now - lost.gap.since : Duration::zero();
    report_handover(lost.departure, lost.session_id, lost.tally, unbound);
    // One of no length too: both ends were read together, and may have come apart.
    if (lost.has_gap) report_gap(lost.gap, now);
    // Guests have no session yet, unless one is our own by now: where they are the listing tells.
    lose_guests(lost.gap, lost.has_gap ? kept_ : ShardSet());
    tell_lost_guests(home_, now);
    look_soon(now);
}

}  // namespace conduitd
