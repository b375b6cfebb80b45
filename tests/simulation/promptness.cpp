#include "promptness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {
namespace {

bool is_later(const Connection& connection, const Connection& other) {
    return connection.id > other.id;
}

bool is_alive(const Connection& connection) {
    return connection.near == NearState::dialing || connection.near == NearState::open;
}

}  // namespace

Promptness::Record& Promptness::record_of(ProcessId process) {
    if (records_.size() <= process) records_.resize(process + 1);
    return records_[process];
}

void Promptness::on_dial(const Connection& connection) {
    Record& record = record_of(connection.process);
    record.dials.push_back({&connection, connection.challenge, {}, conduitd::never});
    redial_judge_.on_dial(connection);
    check_token(record, connection);
    if (!connection.is_fresh || record.busy_until <= queue_.now()) return;
    checker_.fail(fmt::format("p{} dials c{} though the base URL wants fewer dials (429)",
                              connection.process, connection.id));
}

// At a reconnect URL the session comes back with its shard, or there is a new one.
void Promptness::on_welcome_read(const Connection& connection) {
    Record& record = record_of(connection.process);
    const auto dial = std::ranges::find(record.dials, &connection, &Dial::connection);
    dial->welcomed_at = queue_.now();
    record.order.is_simple = false;
    dial->session_id = connection.session_id;
    const bool has_come_back = record.holder != nullptr && record.holder_id == dial->session_id &&
                               is_later(connection, *record.holder);
    if (has_come_back) {
        hold(record, *dial);
    } else if (!connection.is_fresh) {
        redial_judge_.on_moved(connection.process);
    }
}

bool Promptness::on_claim_accepted(ProcessId process, std::string_view session_id) {
    Record& record = record_of(process);
    const auto dial = std::find_if(record.dials.rbegin(), record.dials.rend(),
                                   [&](const Dial& row) { return row.session_id == session_id; });
    const bool is_open = dial != record.dials.rend() && dial->connection->near == NearState::open;
    if (is_open) hold(record, *dial);
    return is_open;
}

void Promptness::hold(Record& record, const Dial& dial) {
    const auto before = std::ranges::find(record.dials, record.holder, &Dial::connection);
    const bool had_another = before != record.dials.end() && before->connection != dial.connection;
    if (had_another) before->held_until = queue_.now();
    if (record.holder != dial.connection) record.held_from = queue_.now();
    redial_judge_.on_held(dial.connection->process,
                          had_another ? before->welcomed_at : conduitd::never);
    record.busy_until = TimePoint::min();
    record.held_since = queue_.now();
    record.holder = dial.connection;
    record.holder_id = dial.session_id;
}

bool Promptness::is_holder(const Connection& connection) const {
    return connection.process < records_.size() &&
           records_[connection.process].holder == &connection;
}

TimePoint Promptness::held_until(const Connection& connection) const {
    const auto& dials = records_.at(connection.process).dials;
    return std::ranges::find(dials, &connection, &Dial::connection)->held_until;
}

TimePoint Promptness::held_since(ProcessId process) const {
    return process < records_.size() ? records_[process].held_since : TimePoint::min();
}

bool Promptness::is_kept_off(ProcessId process) const {
    return process < records_.size() && records_[process].kept_off_until > queue_.now();
}

void Promptness::on_kept_off(ProcessId process) {
    record_of(process).kept_off_until = queue_.now() + keeps_off_for;
}

void Promptness::on_token(ProcessId process, Token token, TimePoint asked_at) {
    Record& record = record_of(process);
    // A renewal may be refused while the token goes on to serve.
    if (token == Token::none_to_be_had && record.token < Token::refused) return;
    const bool is_bad = token >= Token::refused;
    if (!is_bad && asked_at < record.token_bad_at) return;
    if (is_bad) record.token_bad_at = queue_.now();
    const auto before = std::exchange(record.token, token);
    const bool is_none = token == Token::none_to_be_had;
    record.refused_at = is_none ? std::min(record.refused_at, queue_.now()) : conduitd::never;
    const bool is_back = before >= Token::refused && !is_bad;
    if (is_back && needs_fresh(record, queue_.now()))
        await_fresh(process, queue_.now(), pause_max + at_once);
}

bool Promptness::has_token(ProcessId process) const {
    return process >= records_.size() || records_[process].token < Token::refused;
}

// What was decided before it was told is none of it.
void Promptness::check_token(const Record& record, const Connection& connection) {
    if (!connection.is_fresh || record.held_since == TimePoint::min()) return;
    const auto refused_at = record.refused_at;
    if (refused_at == conduitd::never || queue_.now() <= refused_at + at_once) return;
    if (conduct_.is_excused(connection.process, refused_at)) return;
    checker_.fail(fmt::format("p{} dials c{} though Twitch refuses it a token to claim it with",
                              connection.process, connection.id));
}

void Promptness::on_busy(const Connection& connection) {
    on_kept_off(connection.process);
    Record& record = record_of(connection.process);
    if (!connection.is_fresh) return;
    record.may_wait_until = queue_.now() + busy_for_max;
    redial_judge_.on_busy(connection.process, queue_.now() + busy_for);
    if (record.holder == nullptr) record.busy_until = queue_.now() + busy_for;
}

void Promptness::on_reconnect_read(const Connection& connection, std::string_view frame) {
    Record& record = record_of(connection.process);
    const auto now = queue_.now();
    const bool is_simple =
        record.holder == &connection && std::ranges::none_of(record.dials, [&](const Dial& dial) {
            return dial.connection->dialed_at + stable_after > now;
        });
    record.order = {&connection, now, challenge_in(frame), is_simple};
    queue_.after(plan_b_limit,
                 [this, &connection, now] { check_plan_b(connection, now, plan_b_limit); });
    if (record.holder != &connection || has_other(record, connection, now - dial_counts_for))
        return;
    queue_.after(at_once, [this, &connection, now, challenge = record.order.challenge] {
        check_url(connection, challenge, now);
    });
}

void Promptness::on_refused(const Connection& connection) {
    const Record& record = record_of(connection.process);
    const Order& order = record.order;
    const auto dial = std::ranges::find(record.dials, &connection, &Dial::connection);
    if (order.on == nullptr || dial->challenge.empty()) return;
    if (dial->challenge != order.challenge) return;
    queue_.after(at_once,
                 [this, &old = *order.on, at = order.at] { check_plan_b(old, at, at_once); });
}

void Promptness::on_end(const Connection& connection) {
    Record& record = record_of(connection.process);
    if (record.holder != &connection) return;
    record.holder = nullptr;
    redial_judge_.on_lost(connection, queue_.now() - record.held_from,
                          record.order.on == &connection);
    if (conduct_.has_stood_by(connection.process, record.held_since)) return;
    expect_fresh(connection, queue_.now(), "has ended");
}

void Promptness::on_silence(const Connection& connection) {
    expect_fresh(connection, queue_.now() - dial_counts_for, "is silent");
}

// Nothing else is dialled, or welcomed, that may serve; nor was a fresh one dialled since then.
bool Promptness::needs_fresh(const Record& record, TimePoint since) const {
    if (record.held_since == TimePoint::min()) return false;
    const Connection* const old = record.order.on;
    const bool has_any = std::ranges::any_of(record.dials, [&](const Dial& dial) {
        const Connection& other = *dial.connection;
        if (other.is_fresh && other.dialed_at >= since) return true;
        return is_alive(other) && &other != old && (other.is_fresh || other.is_welcomed);
    });
    if (has_any) return false;
    if (record.holder == nullptr) return true;
    return old != nullptr && old == record.holder && record.order.at + plan_b_limit <= since &&
           old->near == NearState::open && conduct_.has_shard(*old);
}

void Promptness::on_over(const Connection& connection) {
    Record& record = record_of(connection.process);
    const auto dial = std::ranges::find(record.dials, &connection, &Dial::connection);
    redial_judge_.on_over(connection, dial->welcomed_at);
    if (!connection.is_fresh && connection.is_welcomed) record.move_ended_at = queue_.now();
    if (!connection.is_fresh || record.holder == &connection) return;
    const bool is_needed = needs_fresh(record, queue_.now());
    Order& order = record.order;
    const bool is_of_plan_b = order.on != nullptr && order.on == record.holder && order.is_simple &&
                              connection.dialed_at >= order.at;
    const auto doublings = is_of_plan_b ? std::min(order.dialed_in_vain++, 5U) : 5U;
    if (!is_needed) return;
    const auto pause = std::min(pause_min * (1 << doublings), pause_max) + at_once;
    await_fresh(connection.process, queue_.now(), pause);
}

// Behind a session that came to nothing at a reconnect URL meanwhile there is another pause.
void Promptness::await_fresh(ProcessId process, TimePoint since, Duration pause) {
    queue_.at(since + pause, [this, process, pause, since] {
        const Record& present = record_of(process);
        if (is_excused(present, process, since) || !needs_fresh(present, since)) return;
        if (present.move_ended_at > since)
            return await_fresh(process, present.move_ended_at, pause_max + at_once);
        checker_.fail(fmt::format("p{} needs a fresh session and has dialled none for {} ms",
                                  process, pause / std::chrono::milliseconds(1)));
    });
}

bool Promptness::has_fresh(const Record& record, const Connection& old, TimePoint since) {
    return std::any_of(record.dials.rbegin(), record.dials.rend(), [&](const Dial& dial) {
        const Connection& connection = *dial.connection;
        const bool counts = is_alive(connection) || connection.dialed_at >= since;
        return dial.challenge.empty() && is_later(connection, old) && counts;
    });
}

bool Promptness::has_other(const Record& record, const Connection& old, TimePoint since) {
    const bool has_welcomed =
        std::any_of(record.dials.rbegin(), record.dials.rend(), [&](const Dial& dial) {
            const Connection& connection = *dial.connection;
            return is_later(connection, old) && connection.is_welcomed && is_alive(connection);
        });
    return has_welcomed || has_fresh(record, old, since);
}

bool Promptness::is_excused(const Record& record, ProcessId process, TimePoint since) const {
    return record.kept_off_until > queue_.now() || record.token >= Token::refused ||
           conduct_.is_excused(process, since);
}

void Promptness::check_plan_b(const Connection& old, TimePoint ordered_at, Duration limit) {
    const Record& record = record_of(old.process);
    if (record.order.at > ordered_at || conduct_.is_excused(old.process, ordered_at)) return;
    if (record.may_wait_until > queue_.now() || record.token >= Token::refused) return;
    if (old.near != NearState::open || !conduct_.has_shard(old)) return;
    if (has_fresh(record, old, ordered_at - dial_counts_for)) return;
    checker_.fail(
        fmt::format("p{} was told to move on c{} and has no fresh session on its way {} ms later",
                    old.process, old.id, limit / std::chrono::milliseconds(1)));
}

void Promptness::check_url(const Connection& old, const std::string& challenge,
                           TimePoint ordered_at) {
    const Record& record = record_of(old.process);
    if (is_excused(record, old.process, ordered_at)) return;
    if (old.near != NearState::open || !conduct_.has_shard(old)) return;
    const bool is_dialed = std::ranges::count(record.dials, challenge, &Dial::challenge) > 0;
    if (is_dialed || has_other(record, old, ordered_at - dial_counts_for)) return;
    checker_.fail(fmt::format("p{} was told to move on c{} and has not dialled the URL {} ms later",
                              old.process, old.id, at_once / std::chrono::milliseconds(1)));
}

// A dial counts from `since` on.
void Promptness::expect_fresh(const Connection& old, TimePoint since, std::string_view why) {
    const Record& present = record_of(old.process);
    if (redial_judge_.may_be_short(old.process) || has_other(present, old, since)) return;
    queue_.after(at_once, [this, &old, since, why, now = queue_.now()] {
        const Record& record = record_of(old.process);
        if (is_excused(record, old.process, now) || has_other(record, old, since)) return;
        const bool has_spoken = old.near == NearState::open && old.silent_since == conduitd::never;
        // One that was dialled before, and answers now, serves as well, or has the shard already.
        if (record.holder != nullptr && record.holder != &old) return;
        const bool is_served = std::ranges::any_of(record.dials, [&](const Dial& dial) {
            return dial.welcomed_at >= now && dial.welcomed_at != conduitd::never;
        });
        if (has_spoken || is_served) return;
        checker_.fail(
            fmt::format("c{}, which had p{}'s shard, {}, and no fresh session is on its "
                        "way {} ms later",
                        old.id, old.process, why, at_once / std::chrono::milliseconds(1)));
    });
}

}  // namespace simulation
