#include "eventsub/close_code.hpp"
#include "worker/reconnect_url.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <chrono>

// Sessions: dialling, taking over, leaving, losing.
namespace conduitd {
namespace {

std::int64_t milliseconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

}  // namespace

Link& Worker::add_link(LinkOrigin origin, TimePoint now) {
    const auto key = next_key_++;
    Link& link = links_[key];
    link.key = key;
    link.origin = origin;
    link.dialed_at = now;
    link.predecessor = bound_;
    successor_ = key;
    return link;
}

void Worker::dial_fresh(std::string_view why, TimePoint now) {
    redial_at_ = never;
    const Link& link = add_link(LinkOrigin::fresh, now);
    log_.info("dialling a session", {{"reason", why}, {"url", options_.eventsub_url.origin()}});
    act(DialSession{link.key, options_.eventsub_url});
}

// Until the first claim the conduit is looked up anew before each dial: what refuses the claim may
// be that it shrank or went away.
void Worker::dial_again(TimePoint now) {
    if (successor_) return;
    if (has_claimed_) {
        dial_fresh("retry", now);
        return;
    }
    state_ = WorkerState::preparing;
    conduit_id_.clear();
    search(now);
}

void Worker::dial_reconnect(const Url& url, TimePoint now) {
    const Link& link = add_link(LinkOrigin::reconnect, now);
    log_.info("dialling the reconnect URL", {{"url", url.origin()}});
    act(DialSession{link.key, url});
}

void Worker::on_welcome(Link& link, TimePoint now) {
    link.welcomed_at = now;
    if (state_ == WorkerState::stopping) return;
    link.state = LinkState::claiming;
    const bool carries_binding =
        link.origin == LinkOrigin::reconnect && move_ && link.session->id() == move_->session_id;
    log_.info("session welcomed",
              {{"session", link.session->id()},
               {"keepalive_s", link.session->keepalive_timeout() / std::chrono::seconds(1)},
               {"took_ms", milliseconds(now - link.dialed_at)}});
    if (carries_binding) {
        const Link* const successor = find(successor_);
        if (successor != nullptr && successor->key != link.key && !successor->is_welcomed()) {
            abort(*find(std::exchange(successor_, std::nullopt)));
        }
        unbound_since_ = never;  // it was bound all along
        take_over(link, now);
        // Twitch promises nothing about conduit shards here, so the binding is asked for once more;
        // repeating one is harmless (observed by several operators).
        if (!successor_) want_claim(link, now);
    } else if (successor_ == link.key) {
        want_claim(link, now);
    } else {
        // A session at the reconnect URL that came after plan B had its own: read, not claimed.
        leave(link, now);
    }
    start_claims(now);
}

void Worker::on_reconnect_order(Link& link, std::string_view url_text, TimePoint now) {
    if (state_ >= WorkerState::stopping || link.state >= LinkState::leaving) return;
    if (link.state != LinkState::bound) {
        link.next_url = std::string(url_text);  // followed once this session is bound
        return;
    }
    const auto url = judge_reconnect_url(options_.eventsub_url, url_text);
    if (!url) {
        log_.warn(
            "reconnect URL not followed: it is not under the EventSub host that is configured",
            {{"configured", options_.eventsub_url.origin()}});
        replace(link, "the reconnect URL is not to be followed", now);
        return;
    }
    const Link* const successor = find(successor_);
    if (move_ && (move_->has_plan_b || move_->url_text == url_text)) return;
    if (successor != nullptr && successor->origin == LinkOrigin::fresh) {
        log_.info("reconnect order passed over: a fresh session is on its way");
        link.is_to_be_replaced = true;
        return;
    }
    // A second order, with another URL, while nothing answers at the first: the newer one counts.
    if (successor != nullptr) {
        if (successor->is_welcomed()) return;
        abort(*find(std::exchange(successor_, std::nullopt)));
    }
    ++reconnects_;
    log_.info("Twitch orders a reconnect", {{"session", link.session->id()}});
    move_ = OrderedMove{now, std::string(url_text), *url, link.session->id(), false, never};
    dial_reconnect(*url, now);
}

// The shard points at `link` now: what was bound before is read out and left.
void Worker::take_over(Link& link, TimePoint now) {
    Link* const old = find(bound_);
    if (successor_ == link.key) successor_.reset();
    bound_ = link.key;
    link.state = LinkState::bound;
    link.bound_at = now;
    if (Link* const later = find(successor_)) {
        later->predecessor = link.key;
    } else {
        move_.reset();
        redial_at_ = never;
    }
    if (old != nullptr) {
        log_.info("session took over", {{"from", old->session->id()},
                                        {"session", link.session->id()},
                                        {"took_ms", milliseconds(now - link.dialed_at)}});
        leave(*old, now);
    } else if (unbound_since_ != never) {
        log_.warn(
            "the shard was without a session: what Twitch sent meanwhile may be gone",
            {{"shard", options_.conduit.shard}, {"gap_ms", milliseconds(now - unbound_since_)}});
    }
    unbound_since_ = never;
    if (const auto url = std::exchange(link.next_url, std::nullopt)) {
        on_reconnect_order(link, *url, now);
    }
}

void Worker::leave(Link& link, TimePoint now) {
    link.state = LinkState::leaving;
    link.left_at = now;
    link.wants_claim = false;
}

// Brings a fresh session up beside a doubtful one, which is read on until the fresh one is bound.
void Worker::replace(Link& link, std::string_view why, TimePoint now) {
    if (state_ >= WorkerState::stopping) return;
    if (bound_ != link.key) {
        abort(link);
        return;
    }
    link.is_to_be_replaced = link.is_to_be_replaced || !link.is_silent;
    redial_.on_bound_spell(link.bound_at, now);
    const Link* const successor = find(successor_);
    if (successor != nullptr && successor->origin == LinkOrigin::fresh) return;
    if (redial_at_ != never) return;
    log_.warn("session in doubt", {{"session", link.session->id()}, {"reason", why}});
    dial_fresh(why, now);
}

void Worker::start_plan_b(std::string_view why, TimePoint now) {
    move_->has_plan_b = true;
    move_->dial_again_at = never;
    const Link* const successor = find(successor_);
    if (successor != nullptr && successor->origin == LinkOrigin::fresh) return;
    log_.warn("the reconnect URL leads nowhere: a fresh session takes over", {{"reason", why}});
    dial_fresh("plan B", now);
}

void Worker::on_silence(Link& link, TimePoint now) {
    if (!link.is_welcomed() || link.state == LinkState::claiming) {
        log_.warn("session silent before it was bound", {});
        abort(link);
        return;
    }
    if (link.state != LinkState::bound) return;  // it is being left; its linger ends it
    link.is_silent = true;
    ++losses_;
    replace(link, "silence beyond its keepalive timeout", now);
    // What its successor holds back need not wait for a session that says nothing.
    for (auto& [key, other] : links_) {
        if (other.predecessor == link.key) release(other);
    }
}

void Worker::on_bound_ended(const Link& link, TimePoint now) {
    if (!link.is_silent) ++losses_;
    unbound_since_ = link.session->last_message_at();
    redial_.on_bound_spell(link.bound_at, now);
    if (move_ && !move_->has_plan_b) {
        start_plan_b("the session to be left ended first", now);
        return;
    }
    if (!successor_ && redial_at_ == never) redial_at_ = redial_.after_loss(now, random_);
}

void Worker::on_successor_ended(const Link& link, const SessionEnd& end, TimePoint now) {
    if (link.origin == LinkOrigin::reconnect && move_) {
        const bool is_refused =
            end.http_status ||
            (end.close_code && meaning_of(*end.close_code) == CloseMeaning::reconnect_refused);
        if (is_refused) {
            start_plan_b("it is refused", now);
        } else if (!move_->has_plan_b) {
            move_->dial_again_at = now + options_.handover.reconnect_retry_delay;
        }
        return;
    }
    // The old session has spoken again since it fell silent: there is nothing left to replace.
    const Link* const bound = find(bound_);
    if (bound != nullptr && !move_ && !bound->is_silent && !bound->is_to_be_replaced) return;
    redial_at_ = end.http_status == 429U ? redial_.after_refusal(now, random_)
                                         : redial_.after_loss(now, random_);
}

// A session that was left has ended. Only now it is known whether its silence was one: it may have
// spoken until its end. And on the real service its binding lives on in the session that continued
// it; should its end have disturbed it all the same, one more claim puts that right.
void Worker::on_left_ended(const Link& link, TimePoint now) {
    if (link.is_silent) {
        log_.warn("the shard's session was dead: what Twitch sent meanwhile may be gone",
                  {{"shard", options_.conduit.shard},
                   {"session", link.session->id()},
                   {"gap_ms", milliseconds(link.left_at - link.session->last_message_at())}});
    }
    Link* const bound = find(bound_);
    if (bound != nullptr && bound->origin == LinkOrigin::reconnect) want_claim(*bound, now);
}

void Worker::on_move_deadline(TimePoint now) {
    if (!move_ || move_->has_plan_b) return;
    if (move_->ordered_at + options_.handover.plan_b_after <= now) {
        start_plan_b("no answer in time", now);
    } else if (move_->dial_again_at <= now) {
        move_->dial_again_at = never;
        dial_reconnect(Url(move_->url), now);
    }
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
        if (leave_deadline(link) <= now) close(link);
    }
}

// While another session is on its way, nothing that still reads is closed before its limit.
TimePoint Worker::leave_deadline(const Link& link) const {
    if (link.state != LinkState::leaving) return never;
    const auto& handover = options_.handover;
    const auto limit = link.left_at + handover.linger_max;
    if (successor_) return limit;
    return std::min(std::max(link.left_at, link.last_data_at) + handover.linger_quiet, limit);
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
    const Log::Fields fields = {{"session", session},          {"code", code},
                                {"name", name_of_close(code)}, {"detail", detail},
                                {"read", link.messages_read},  {"duplicates", link.duplicates}};
    if (is_ours || link.state == LinkState::leaving) {
        log_.info("session left", fields);
    } else {
        log_.warn("session ended", fields);
    }
}

}  // namespace conduitd
