#include "base/defect.hpp"
#include "eventsub/close_code.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <chrono>

// Sessions: dialling, leaving, closing.
namespace conduitd {

Link& Worker::add_link(LinkOrigin origin, TimePoint now) {
    const auto key = next_key_++;
    Link& link = links_[key];
    link.key = key;
    link.origin = origin;
    link.dialed_at = now;
    link.predecessor = bound_;
    successor_ = key;
    claim_check_.end_pass();
    begin_claim_check(now);
    return link;
}

void Worker::dial_fresh(std::string_view why, TimePoint now) {
    redial_at_ = never;
    if (must_wait_for_token(now)) return;
    const Link& link = add_link(LinkOrigin::fresh, now);
    log_.info("dialling a session", {{"reason", why}, {"url", options_.eventsub_url.origin()}});
    act(DialSession{link.key, options_.eventsub_url});
}

// Until the first claim the conduit is looked up anew before each dial: what refuses the claim may
// be that it shrank or went away.
void Worker::dial_again(TimePoint now) {
    if (is_on_its_way(find(successor_))) return;
    if (has_claimed_) {
        dial_fresh("retry", now);
        return;
    }
    state_ = WorkerState::preparing;
    conduit_id_.clear();
    if (choice_ && unserved_since_)
        unserved_unread_ = Unserved{choice_->shards(), *unserved_since_};
    choice_.reset();
    choice_check_.reset();
    forget_looks();
    search(now);
}

void Worker::dial_reconnect(const Url& url, TimePoint now) {
    Link& link = add_link(LinkOrigin::reconnect, now);
    link.url_number = move_->number;
    link.moved_id = move_->session_id;
    move_->dialed = link.key;
    log_.info("dialling the reconnect URL", {{"url", url.origin()}});
    act(DialSession{link.key, url});
}

// The id of the session that was told to move comes back with the binding. Of two URLs that were
// given for it, the later one has it last.
bool Worker::carries_binding(const Link& link) const {
    if (link.origin != LinkOrigin::reconnect) return false;
    if (move_ &&
        (link.session->id() == move_->session_id || is_planted(Defect::no_claim_on_new_id))) {
        return true;
    }
    const Link* const bound = bound_ ? find(*bound_) : nullptr;
    return bound != nullptr && link.session->id() == bound->session->id() && link.key > bound->key;
}

// A session at the reconnect URL with an id of its own, whose welcome came when another one had
// been dialled: claimed as long as a successor is wanted and none is nearer to the shard.
bool Worker::may_succeed(const Link& link) const {
    if (link.origin != LinkOrigin::reconnect) return false;
    const Link* const successor = successor_ ? find(*successor_) : nullptr;
    if (successor != nullptr) return !successor->is_welcomed();
    return redial_at_ != never || move_.has_value();
}

// May the successor still take over, so that another one can wait? Not one that is being closed,
// nor one that hangs at the reconnect URL, which does not keep plan B waiting.
bool Worker::is_on_its_way(const Link* successor) const {
    if (successor == nullptr || successor->state >= LinkState::leaving) return false;
    const bool hangs = successor->origin == LinkOrigin::reconnect && !successor->is_welcomed() &&
                       move_ && move_->has_plan_b;
    return !hangs || is_planted(Defect::hanging_dial_awaited);
}

// Of several that carry one id the one dialled last has it.
void Worker::note_continued(Link& link, TimePoint now) {
    for (auto& [key, other] : links_) {
        const bool is_same = other.session && other.session->id() == link.session->id();
        if (!is_same || key == link.key) continue;
        Link& earlier = key < link.key ? other : link;
        earlier.continued_at = std::min(earlier.continued_at, now);
    }
}

// Twitch has moved the session here that has the shard, if no other has taken over since.
bool Worker::has_shard_at_stop(const Link& link) const {
    const Link* const bound = bound_ ? find(*bound_) : nullptr;
    const bool is_of_bound = bound == nullptr || bound->session->id() == link.moved_id;
    return is_of_bound && link.continues_moved() && link.state != LinkState::closing;
}

void Worker::on_welcome(Link& link, TimePoint now) {
    link.welcomed_at = now;
    on_url_served(link);
    if (is_planted(Defect::backoff_reset_on_welcome)) redial_.on_bound_spell({}, now);
    if (state_ == WorkerState::stopping) {
        note_continued(link, now);
        if (has_shard_at_stop(link)) {
            link.bound_at = now;
            link.left_at = {};
            if (link.state == LinkState::leaving) link.state = LinkState::bound;
        }
        return;
    }
    if (link.state == LinkState::closing) return;
    link.state = LinkState::claiming;
    log_.info("session welcomed",
              {{"session", link.session->id()},
               {"keepalive_s", link.session->keepalive_timeout() / std::chrono::seconds(1)},
               {"took_ms", to_milliseconds(now - link.dialed_at)}});
    note_continued(link, now);
    if (carries_binding(link)) {
        // A fresh session is not needed any more. One at a newer reconnect URL stays: Twitch may
        // have moved the session on to it already.
        Link* const successor = find(successor_);
        if (successor != nullptr && successor->origin == LinkOrigin::fresh &&
            !successor->is_welcomed()) {
            successor_.reset();
            abort(*successor);
        }
        // It was bound all along; only what a broken connection had in its pipe may be missing.
        if (lost_ && lost_->is_whole && !is_planted(Defect::carried_gap_told)) {
            lost_->has_gap = false;
        }
        // A binding that was in doubt may not have been there to be carried: its claim tells.
        const bool was_doubtful = lost_ && lost_->was_doubtful;
        take_over(link, now);
        if (was_doubtful) binding_.doubt(GapReason::shard_astray, now);
        // Twitch promises nothing about conduit shards here, so the binding is asked for once more;
        // repeating one is harmless (observed by several operators).
        if (!successor_ && !is_planted(Defect::no_claim_on_new_id)) want_claim(link, now);
    } else if (successor_ == link.key && is_growing() && growth_->sent_at == never) {
        ask_for_count(now);
    } else if (successor_ == link.key && search_.wants_session()) {
        follow(search_.on_session_ready(), now);
    } else if (successor_ == link.key) {
        want_claim(link, now);
    } else if (may_succeed(link)) {
        Link* const successor = find(successor_);
        successor_ = link.key;
        if (successor != nullptr && successor->origin == LinkOrigin::fresh) abort(*successor);
        want_claim(link, now);
    } else {
        // A session at the reconnect URL that came after plan B had its own: read, not claimed.
        leave(link, now);
        if (is_planted(Defect::late_session_claimed)) want_claim(link, now);
        if (is_planted(Defect::late_session_aborted)) abort(link);
    }
    begin_claim_check(now);  // for one that waits behind another claim
    start_claims(now);
}

void Worker::leave(Link& link, TimePoint now) {
    link.state = LinkState::leaving;
    link.left_at = now;
    if (link.bound_at != TimePoint{}) link.guests = kept_;
    link.wants_claim = false;
}

void Worker::on_link_deadlines(TimePoint now) {
    for (auto& [key, link] : links_) {
        if (link.session && link.session->deadline() <= now &&
            link.session->on_deadline(now).kind == SessionEvent::Kind::silent) {
            on_silence(link, now);
        }
        if (hold_deadline(link) <= now) {
            link.predecessor.reset();
            release(link);
        }
        if (leave_deadline(link) > now) continue;
        if (may_leave_unseen(link, now)) {
            close(link);
        } else {
            plan_survey(now);
        }
    }
}

// One whose successor came at the last moment is read on for a while: the successor may be lost as
// soon. So is one over whose limit the process slept: what came meanwhile is still to be read.
TimePoint Worker::leave_limit(const Link& link) const {
    const auto& handover = options_.handover;
    const auto limit = std::min(link.left_at + handover.linger_max,
                                std::max(link.ends_by, link.left_at + handover.linger_quiet));
    return std::max(limit, awake_at_ + handover.linger_quiet);
}

// While another session is on its way, nothing that still reads is closed before its limit; while
// none is bound, nothing is closed at all: Twitch may still write to it. So it may again when the
// session that has just been bound is lost at once.
TimePoint Worker::leave_deadline(const Link& link) const {
    if (link.state != LinkState::leaving) return never;
    const auto& handover = options_.handover;
    const auto limit = leave_limit(link);
    const Link* const bound = bound_ ? find(*bound_) : nullptr;
    if (is_standing_by_) {
        const auto quiet_at = quiet_without_successor(link);
        const bool is_looked_for =
            is_survey_failing_ ||
            (survey_ && (survey_->began_at >= quiet_at || survey_->is_wanted_again));
        return is_looked_for ? limit : std::min(quiet_at, limit);
    }
    if (bound == nullptr) return never;
    // Some of the shards may still be at it where the bound one was refused them. If it was told to
    // move, Twitch closes it.
    if (link.may_be_bound && is_claim_refused_) {
        const bool is_ending = link.ends_by != never;
        return link.left_at + (is_ending ? handover.linger_refused : handover.linger_max);
    }
    if (successor_ || redial_at_ != never || move_) return limit;
    if (link.may_have_guests) return limit;
    // A binding that came along with a reconnect is no proof against a later claim of this one.
    const auto& loose = binding_.loose_claims();
    const bool is_late = !loose.empty() && binding_.proven_at() <= loose.front().since;
    if (link.may_be_bound && is_late) return limit;
    // What came during a sleep, on this one or of the bound one's end, is still to be read.
    const auto quiet_at = std::max({link.left_at, link.last_data_at, bound->bound_at, awake_at_}) +
                          handover.linger_quiet;
    const auto read_back_at =
        link.may_be_bound ? link.left_at + handover.linger_unanswered : link.left_at;
    return std::min(std::max(quiet_at, read_back_at), limit);
}

// What is left for nothing is closed once a look behind its last message, and behind any claim of
// it that may still be on its way, has found no shard at it.
TimePoint Worker::quiet_without_successor(const Link& link) const {
    const auto& handover = options_.handover;
    const auto quiet_at =
        std::max({link.left_at, link.last_data_at, awake_at_}) + handover.linger_quiet;
    return link.may_be_bound ? std::max(quiet_at, link.left_at + handover.linger_unanswered)
                             : quiet_at;
}

bool Worker::may_leave_unseen(const Link& link, TimePoint now) const {
    return !is_standing_by_ || looked_at_ >= quiet_without_successor(link) ||
           now >= leave_limit(link);
}

void Worker::close(Link& link) {
    if (link.state == LinkState::closing) return;
    link.state = LinkState::closing;
    link.wants_claim = false;
    act(CloseSession{link.key});
}

void Worker::abort(Link& link) {
    link.state = LinkState::closing;
    link.wants_claim = false;
    act(AbortSession{link.key});
}

void Worker::log_end(const Link& link, const SessionEnd& end) {
    const bool is_ours = link.state == LinkState::closing;
    const auto code = end.close_code.value_or(static_cast<std::uint16_t>(CloseCode::abnormal));
    const auto session = link.session ? link.session->id() : std::string();
    if (!is_ours && end.close_code && meaning_of(code) == CloseMeaning::our_fault) {
        log_.error("Twitch closed a session for a fault of ours",
                   {{"session", session}, {"code", code}, {"name", name_of_close(code)}});
    }
    const std::string detail =
        end.http_status ? "HTTP status " + std::to_string(*end.http_status) : end.what;
    const Log::Fields fields = {
        {"session", session},          {"code", code},
        {"name", name_of_close(code)}, {"detail", detail},
        {"read", link.tally.read},     {"duplicates", link.tally.duplicates}};
    if (is_ours || link.state == LinkState::leaving) {
        log_.info("session left", fields);
    } else {
        log_.warn("session ended", fields);
    }
}

}  // namespace conduitd
