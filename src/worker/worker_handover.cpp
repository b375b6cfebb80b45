#include "base/defect.hpp"
#include "worker/reconnect_url.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

// Handovers: the shard moves to another session while the old one is still read.
namespace conduitd {

void Worker::on_reconnect_order(Link& link, std::string_view url_text, TimePoint now) {
    if (state_ == WorkerState::offering) return note_order(link, url_text);
    if (state_ >= WorkerState::stopping || link.state >= LinkState::leaving) return;
    if (link.state != LinkState::bound) {
        if (is_planted(Defect::early_order_dropped)) return;
        link.next_url = std::string(url_text);  // followed once this session is bound
        link.told_to_move_at = now;
        return;
    }
    const auto url = judge_reconnect_url(options_.eventsub_url, url_text);
    if (!url) {
        log_.warn(
            url.error() == boost::system::errc::permission_denied
                ? "reconnect URL not followed: it is not under the EventSub host that is configured"
                : "reconnect URL not followed: it is not such a URL",
            {{"url", shown_reconnect_url(url_text)},
             {"configured", options_.eventsub_url.origin()}});
        replace(link, HandoverCause::doubt, "the reconnect URL is not to be followed", now);
        return;
    }
    const Link* const successor = find(successor_);
    const auto told_at = std::exchange(link.told_to_move_at, {});
    if (link.ends_by == never) {
        link.ends_by =
            (told_at != TimePoint{} ? told_at : now) + options_.handover.linger_after_order;
    }
    if (move_ && (move_->has_plan_b || move_->url_text == url_text)) return;
    if (is_on_its_way(successor) && successor->origin == LinkOrigin::fresh) {
        log_.info("reconnect order: a fresh session is on its way already");
        link.is_to_be_replaced = true;
        move_ = OrderedMove{now, std::string(url_text), *url, link.session->id()};
        move_->number = ++urls_followed_;
        move_->has_plan_b = true;
        return;
    }
    // A second order, with another URL, while nothing answers at the first: the newer one counts.
    // What was dialled for the first stays: Twitch may have moved the session there already, and
    // then writes to it.
    if (is_on_its_way(successor) && successor->is_welcomed()) return;
    if (successor != nullptr && is_planted(Defect::second_order_ignored)) return;
    ++reconnects_;
    begin_handover(link, HandoverCause::reconnect, now);
    log_.info("Twitch orders a reconnect", {{"session", link.session->id()}});
    // The time runs from the first order: a later one gives no more of it. One that was read before
    // the session was bound has used up some.
    const auto ordered_at = move_ ? move_->ordered_at : told_at != TimePoint{} ? told_at : now;
    const auto orders = move_ ? move_->orders + 1 : 1;
    move_ = OrderedMove{ordered_at, std::string(url_text), *url, link.session->id()};
    move_->number = ++urls_followed_;
    move_->orders = orders;
    if (orders > options_.handover.orders_max) {
        start_plan_b("too many orders", now);
        return;
    }
    dial_reconnect(*url, now);
    if (is_planted(Defect::close_before_welcome)) close(link);
}

// The shard points at `link` now: what was bound before is read out and left.
void Worker::take_over(Link& link, TimePoint now) {
    Link* const old = find(bound_);
    if (successor_ == link.key) successor_.reset();
    bound_ = link.key;
    link.state = LinkState::bound;
    link.bound_at = now;
    link.left_at = {};  // it may have been given up before its welcome came after all
    if (is_planted(Defect::dedupe_forgotten)) dedupe_ = DedupeWindow(options_.dedupe);
    if (Link* const later = find(successor_)) {
        later->predecessor = link.key;
    } else {
        move_.reset();
        redial_at_ = never;
    }
    const auto unproven = settle_lost_dials(link, now);
    if (old != nullptr) {
        log_.info("session took over", {{"from", old->session->id()},
                                        {"session", link.session->id()},
                                        {"took_ms", to_milliseconds(now - link.dialed_at)}});
        const bool is_same = old->session->id() == link.session->id();
        link.may_be_bound = link.may_be_bound || (is_same && old->may_be_bound);
        begin_handover(*old, HandoverCause::doubt, now);
        old->departure->taken_over_at = now;
        old->departure->unproven = unproven;
        old->departure->successor = link.key;
        old->departure->successor_id = link.session->id();
        leave(*old, now);
        // A worker that is alone has nobody's guests.
        old->may_have_guests = !is_same && (fleet_size_ > 1 || !kept_.empty());
        if (!is_same) look_soon(now);
    } else if (lost_) {
        recover(link, now);
    }
    // One that was to take over before: its claim, repeated, would take the shard back.
    for (auto& [key, other] : links_) {
        if (other.state == LinkState::claiming && successor_ != key) leave(other, now);
    }
    if (const auto url = std::exchange(link.next_url, std::nullopt)) {
        on_reconnect_order(link, *url, now);
    }
    if (!lost_dials_.empty() && !successor_) {
        replace(link, HandoverCause::doubt, "Twitch may have moved its session on", now);
    }
}

// Brings a fresh session up beside one that is to go, which is read on until the fresh one is
// bound.
void Worker::replace(Link& link, HandoverCause cause, std::string_view why, TimePoint now) {
    if (state_ >= WorkerState::offering) return;
    if (bound_ != link.key) return;
    link.is_to_be_replaced = link.is_to_be_replaced || !link.is_silent;
    redial_.on_bound_spell(link.bound_at, now);
    const Link* const successor = find(successor_);
    if (is_on_its_way(successor) && successor->origin == LinkOrigin::fresh) return;
    if (redial_at_ != never) return;
    if (cause == HandoverCause::doubt)
        log_.warn("session in doubt", {{"session", link.session->id()}, {"reason", why}});
    begin_handover(link, cause, now);
    if (redial_.may_replace(now)) {
        dial_fresh(why, now);
    } else {
        redial_at_ = redial_.after_loss(now, random_);
    }
}

RotateVerdict Worker::rotate(TimePoint now) {
    if (state_ == WorkerState::moving) return RotateVerdict::under_way;
    if (state_ != WorkerState::holding) return RotateVerdict::nothing_bound;
    replace(*find(bound_), HandoverCause::rotation, "rotation", now);
    settle(now);
    const bool is_waiting = waiting_dial_at_ != never;
    return is_waiting ? RotateVerdict::waits_for_token : RotateVerdict::begun;
}

void Worker::start_plan_b(std::string_view why, TimePoint now) {
    const bool is_begun = std::exchange(move_->has_plan_b, true);
    move_->dial_again_at = never;
    const Link* const successor = find(successor_);
    if (is_on_its_way(successor) && successor->origin == LinkOrigin::fresh) return;
    if (is_begun && redial_at_ != never) return;
    log_.warn("the reconnect URL leads nowhere: a fresh session takes over", {{"reason", why}});
    if (Link* const bound = find(bound_)) {
        begin_handover(*bound, HandoverCause::plan_b, now);
        if (!is_begun) redial_.on_bound_spell(bound->bound_at, now);
    }
    if (!is_begun && redial_.may_replace(now)) {
        dial_fresh("plan B", now);
    } else {
        redial_at_ = redial_.after_loss(now, random_);
    }
}

// Its host may answer while the one of fresh sessions does not.
void Worker::try_url_again(TimePoint now) {
    const bool is_in_time = now < move_->ordered_at + options_.handover.url_patience;
    if (!is_in_time || move_->is_refused) return;
    const auto& handover = options_.handover;
    const auto delay =
        move_->has_plan_b ? handover.url_retry_delay : handover.reconnect_retry_delay;
    move_->dial_again_at = std::min(move_->dial_again_at, now + delay);
}

void Worker::on_move_deadline(TimePoint now) {
    if (!move_) return;
    if (!move_->has_plan_b && move_->ordered_at + options_.handover.plan_b_after <= now) {
        start_plan_b("no answer in time", now);
    } else if (move_->dial_again_at <= now) {
        move_->dial_again_at = never;
        // A session that was dialled before, at an earlier URL, may have ended meanwhile: the one
        // that is on its way to this URL takes its place, for a URL serves once.
        const Link* const dialed = find(move_->dialed);
        const bool is_on_its_way = dialed != nullptr && !dialed->is_welcomed();
        if (!successor_ && !move_->has_plan_b && is_on_its_way) successor_ = move_->dialed;
        if (!successor_) dial_reconnect(Url(move_->url), now);
    }
}

// What the old session has read and not yet let go belongs to the handover.
void Worker::begin_handover(Link& old, HandoverCause cause, TimePoint now) {
    if (!old.departure) {
        old.departure = Departure{old.key, cause, now, old.tally};
        old.departure->before.read = old.tally.settled();
    } else if (cause == HandoverCause::plan_b) {
        old.departure->cause = cause;
    }
}

// Another session ended before the handover could be reported.
void Worker::note_end(Departure& departure, const Link& other) {
    if (departure.successor == other.key) departure.successor_tally = other.tally;
    if (departure.passed_over(other.key)) departure.between += other.tally;
}

// `old` has ended, or is lost; `unbound` is the time in which messages may have been missed.
void Worker::report_handover(Departure departure, const std::string& old_id, const Tally& old_tally,
                             Duration unbound) {
    // What a link holds back, its own or another's, is not settled and belongs to what comes after.
    const auto tally_of = [](const Link& link) {
        auto tally = link.tally;
        tally.read -= link.held.size();
        return tally;
    };
    for (const auto& [key, link] : links_) {
        if (departure.passed_over(key)) departure.between += tally_of(link);
    }
    const Link* const successor = find(departure.successor);
    auto report =
        make_report(departure, old_tally,
                    successor != nullptr ? tally_of(*successor) : departure.successor_tally);
    report.from = old_id;
    report.to = departure.successor_id;
    report.unbound = unbound;
    ++handovers_;
    read_old_ += report.read_old;
    read_new_ += report.read_new;
    log_.info("handover done", {{"cause", name_of(report.cause)},
                                {"from", report.from},
                                {"session", report.to},
                                {"took_ms", to_milliseconds(report.took)},
                                {"unbound_ms", to_milliseconds(report.unbound)},
                                {"read_old", report.read_old},
                                {"read_new", report.read_new},
                                {"read_between", report.read_between},
                                {"duplicates", report.duplicates},
                                {"forwarded", report.forwarded}});
    if (!report.is_balanced()) log_.error("the sums of a handover do not balance");
    last_handover_ = std::move(report);
}

}  // namespace conduitd
