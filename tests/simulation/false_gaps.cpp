#include "false_gaps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {
namespace {

using conduitd::GapReason;

bool is_of_process(GapReason reason) {
    return reason == GapReason::process_stopped || reason == GapReason::process_died;
}

bool is_of_session(GapReason reason) {
    return reason == GapReason::session_closed || reason == GapReason::session_cut ||
           reason == GapReason::session_silent;
}

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

}  // namespace

FalseGaps::Record& FalseGaps::record_of(ProcessId process) {
    if (records_.size() <= process) records_.resize(process + 1);
    return records_[process];
}

void FalseGaps::on_start(ProcessId process, TimePoint now) {
    record_of(process).started_at = now;
}

void FalseGaps::on_order(const Connection& connection, const std::string& challenge) {
    record_of(connection.process).ordered[challenge] = connection.session_id;
}

// All connections outlive this.
void FalseGaps::on_dial(const Connection& connection) {
    if (connection.is_fresh) return;
    Record& record = record_of(connection.process);
    if (record.moves.size() == moves_kept) record.moves.erase(record.moves.begin());
    record.moves.push_back({&connection, record.ordered[connection.challenge]});
}

bool FalseGaps::is_moving(ProcessId process) const {
    return process < records_.size() && !records_[process].moves.empty();
}

void FalseGaps::on_unmoved(const Connection& connection, TimePoint now) {
    for (Move& move : record_of(connection.process).moves) {
        const bool is_of_it = connection.session_id == move.moved_id;
        if (is_of_it && connection.id < move.connection->id) move.unmoved_at = now;
    }
}

// An earlier one, at another URL, may be what the gap is about, and had moved nothing until then.
bool FalseGaps::begins_with_unserved_dial(const Record& record, const Told& told,
                                          std::optional<SessionKey> ending) {
    const bool has_open = std::ranges::any_of(record.moves, [&](const Move& move) {
        const Connection& dialed = *move.connection;
        return !move.is_served && !dialed.is_welcomed && dialed.dialed_at <= told.since;
    });
    return std::ranges::any_of(record.moves, [&](const Move& move) {
        const Connection& dialed = *move.connection;
        if (dialed.is_welcomed || dialed.dialed_at != told.since) return false;
        const bool is_of_another =
            (ending && *ending != dialed.key) || record.read_one_ended_at >= dialed.dialed_at;
        const bool is_served = move.is_served && !has_open;
        return !is_of_another && (is_served || move.unmoved_at > dialed.dialed_at);
    });
}

void FalseGaps::on_claim_sent(ProcessId process, TimePoint now) {
    Record& record = record_of(process);
    ++record.open_claims;
    record.last_claim_at = now;
}

void FalseGaps::on_claim_effect(ProcessId process, TimePoint now) {
    record_of(process).claimed_at = now;
}

void FalseGaps::on_claim_over(ProcessId process, const ClaimEnd& end, TimePoint now) {
    Record& record = record_of(process);
    --record.open_claims;
    record.last_claim_at = now;
    const bool is_known = end.is_clean && record.ended_at < end.sent_at;
    if ((!is_known || end.is_of_stop) && !end.is_refused) record.has_loose_claim = true;
    if (!is_known) {
        on_doubt(process);
    } else if (record.doubted_until == conduitd::never) {
        record.reclaimed_at = std::min(record.reclaimed_at, now);
    }
}

void FalseGaps::on_read_back(ProcessId process, TimePoint sent_at, TimePoint now) {
    Record& record = record_of(process);
    // Sooner a claim that had timed out may still be on its way.
    if (record.reclaimed_at == conduitd::never) return;
    if (sent_at < std::max(record.reclaimed_at, record.last_claim_at) + settle) return;
    if (record.open_claims > 0 || sent_at < record.claimed_at) return;  // it says nothing of those
    record.doubted_until = now;
    record.reclaimed_at = conduitd::never;
}

void FalseGaps::on_welcome(const Connection& connection, TimePoint now) {
    Record& record = record_of(connection.process);
    record.goes_on = false;
    for (Move& move : record.moves) {
        const bool is_other = move.connection != &connection;
        const bool is_same_url = move.connection->challenge == connection.challenge;
        move.is_served = move.is_served || (is_other && is_same_url);
    }
    const auto& closed = record.closed;
    if (closed && closed->session_id == connection.session_id && connection.fault.empty()) {
        record.carried_on_at = now;
    }
}

void FalseGaps::on_session_end(const Connection& connection, const conduitd::SessionEnd& end,
                               TimePoint now) {
    Record& record = record_of(connection.process);
    record.ended_at = now;
    if (connection.is_welcomed) record.read_one_ended_at = now;
    if (continues(record, connection)) {
        const bool is_whole = end.close_code && !end.was_cut && connection.fault.empty();
        record.closed = is_whole ? std::optional(Closed{connection.session_id, now}) : std::nullopt;
    }
    const bool was_unknown = !connection.is_welcomed || record.open_claims > 0;
    if (was_unknown) on_doubt(connection.process);
}

void FalseGaps::on_doubt(ProcessId process) {
    record_of(process).doubted_until = conduitd::never;
    record_of(process).reclaimed_at = conduitd::never;
}

bool FalseGaps::continues(const Record& record, const Connection& connection) {
    return record.goes_on && record.services.back().session == connection.key;
}

bool FalseGaps::wants_proof(const Connection& connection, TimePoint now) const {
    if (connection.process >= records_.size()) return false;
    const Record& record = records_[connection.process];
    if (record.open_claims > 0) return false;
    return !continues(record, connection) || now - record.services.back().proof_at >= proof_period;
}

void FalseGaps::on_proof(const Connection& connection, TimePoint now) {
    Record& record = record_of(connection.process);
    if (continues(record, connection)) {
        record.services.back().proof_at = now;
        return;
    }
    const bool was_claimed = record.claimed_at >= connection.dialed_at;
    const auto seen_from =
        record.services.empty() ? TimePoint::min() : record.services.back().proof_at;
    // Of the session of several connections one has it after another, from its welcome on.
    const auto from = was_claimed && record.claimed_at > seen_from
                          ? std::max(record.claimed_at, connection.welcomed_at)
                          : now;
    record.services.push_back({connection.key, from, now});
    record.goes_on = true;
}

std::optional<std::string> FalseGaps::judge(ProcessId process, const conduitd::Gap& gap,
                                            std::optional<SessionKey> ending, TimePoint now) {
    Record& record = record_of(process);
    const Told told{gap.reason, gap.since, gap.until.value_or(now), gap.shards};
    if (is_of_process(gap.reason)) {
        if (told.since > record.started_at) return "begins after its process";
    } else if (told.since < record.started_at && gap.reason != GapReason::unserved) {
        return fmt::format("begins {:.6f} s before its process",
                           seconds(record.started_at - told.since));
    }
    if (told.until < told.since) return "ends before it begins";
    const bool is_repeated = std::ranges::any_of(record.told, [&](const Told& row) {
        return row.reason == told.reason && row.since <= told.since && told.until <= row.until &&
               std::ranges::includes(row.shards, told.shards);
    });
    if (is_repeated) return "was told before";
    record.told.push_back(told);
    const bool is_of_claims = gap.reason == GapReason::claim_unanswered;
    const bool may_be_loose = record.has_loose_claim || record.open_claims > 0;
    // What comes on an old session by a claim that was late shows nothing of the one that moves.
    const bool is_plain = !is_of_claims && !may_be_loose;
    if (is_plain && begins_with_unserved_dial(record, told, ending)) {
        return "begins with a dial that is known not to have been served then";
    }
    if (is_of_claims && !may_be_loose) {
        return "is of claims that all were answered";
    }
    if (!is_of_session(gap.reason) || record.doubted_until >= gap.since) return std::nullopt;
    const bool is_at_welcome = !ending && record.closed && record.carried_on_at == now;
    if (is_at_welcome && gap.reason == GapReason::session_closed &&
        told.since >= record.closed->at) {
        return "is of a session that was carried on";
    }
    const auto served = std::ranges::find_if(record.services, [&](const Service& service) {
        const bool is_meant = !ending || service.session == *ending;
        return is_meant && service.from <= told.since && told.since < service.proof_at;
    });
    if (served == record.services.end()) return std::nullopt;
    return fmt::format("begins {:.6f} s before the last frame read on its session {}",
                       seconds(served->proof_at - told.since), served->session);
}

}  // namespace simulation
