#include "redial_judge.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace simulation {

RedialJudge::Record& RedialJudge::record_of(ProcessId process) {
    if (records_.size() <= process) records_.resize(process + 1);
    return records_[process];
}

void RedialJudge::begin(Record& record, bool is_seeking) {
    record.is_seeking = is_seeking;
    record.latest = nullptr;
    record.vain_at = record.lost_at = conduitd::never;
}

// The first dial behind a loss is free of judgement when it comes at once and is paid for.
void RedialJudge::pay(Record& record) {
    const auto now = queue_.now();
    const bool is_moment = record.held_at > now - Allowance::moment - at_once_max;
    record.spent_most.take(is_moment ? Allowance::price_after_moment : Allowance::price, now);
    const auto lost_at = std::exchange(record.lost_at, conduitd::never);
    if (lost_at == conduitd::never) return;
    if (now - lost_at > at_once_max || !record.spent_least.covers(record.lost_price, now)) {
        record.vain_at = lost_at;
    } else {
        record.spent_least.take(record.lost_price, now);
    }
}

void RedialJudge::on_dial(const Connection& connection) {
    Record& record = record_of(connection.process);
    if (!connection.is_fresh) return;
    pay(record);
    if (!record.is_seeking) return;
    if (record.vain_at != conduitd::never) judge(record, connection);
    record.vain_at = conduitd::never;
    record.latest = &connection;
}

void RedialJudge::judge(Record& record, const Connection& connection) {
    if (record.at_once > 0) {
        --record.at_once;
        return;
    }
    if (conduct_.is_excused(connection.process, record.vain_at)) return;
    const auto pause = queue_.now() - record.vain_at;
    if (!record.pauses.is_too_short(pause)) return;
    checker_.fail(
        fmt::format("p{} dials c{} {} ms after another session came to nothing, and its "
                    "pauses were too short before",
                    connection.process, connection.id, pause / std::chrono::milliseconds(1)));
}

void RedialJudge::on_over(const Connection& connection, TimePoint welcomed_at) {
    Record& record = record_of(connection.process);
    const bool was_welcomed = welcomed_at != conduitd::never;
    const auto now = queue_.now();
    if (was_welcomed && now - welcomed_at >= stable_after) record.pauses.reset();
    if (&connection != record.latest) return;
    if (!was_welcomed || now - welcomed_at < given_up_after) record.vain_at = now;
}

void RedialJudge::on_held(ProcessId process, TimePoint before) {
    Record& record = record_of(process);
    const bool was_stable = before != conduitd::never && queue_.now() - before >= stable_after;
    const bool was_unclear = std::exchange(record.is_unclear, false);
    if (was_stable || was_unclear) record.pauses.reset();
    record.held_at = queue_.now();
    begin(record, false);
}

void RedialJudge::on_lost(const Connection& connection, Duration held_for, bool was_told_to_move) {
    Record& record = record_of(connection.process);
    if (record.is_unclear) return;
    begin(record, true);
    record.at_once = was_told_to_move ? 1 : 0;
    record.lost_at = queue_.now();
    record.lost_price = connection.was_cut ? Allowance::price : Allowance::price_behind(held_for);
}

void RedialJudge::on_moved(ProcessId process) {
    Record& record = record_of(process);
    record.is_unclear = true;
    begin(record, false);
}

bool RedialJudge::may_be_short(ProcessId process) const {
    if (process >= records_.size()) return false;
    const Record& record = records_[process];
    return record.busy_until > queue_.now() ||
           !record.spent_most.covers(2 * Allowance::price_after_moment, queue_.now());
}

}  // namespace simulation
