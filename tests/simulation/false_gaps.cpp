#include "false_gaps.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {
namespace {

using conduitd::GapReason;

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

void FalseGaps::on_claim_sent(ProcessId process) {
    ++record_of(process).open_claims;
}

void FalseGaps::on_claim_effect(ProcessId process, TimePoint now) {
    record_of(process).claimed_at = now;
}

void FalseGaps::on_claim_over(ProcessId process, TimePoint sent_at, TimePoint now) {
    Record& record = record_of(process);
    --record.open_claims;
    if (record.ended_at >= sent_at) record.doubted_at = now;
}

void FalseGaps::on_session_end(const Connection& connection, TimePoint now) {
    Record& record = record_of(connection.process);
    record.ended_at = now;
    if (!connection.is_welcomed || record.open_claims > 0) record.doubted_at = now;
}

void FalseGaps::on_doubt(ProcessId process, TimePoint now) {
    record_of(process).doubted_at = now;
}

bool FalseGaps::wants_proof(const Connection& connection, TimePoint now) const {
    if (connection.process >= records_.size()) return false;
    const auto& services = records_[connection.process].services;
    const bool goes_on = !services.empty() && services.back().connection == connection.id;
    return !goes_on || now - services.back().proof_at >= proof_period;
}

void FalseGaps::on_proof(const Connection& connection, TimePoint now) {
    Record& record = record_of(connection.process);
    auto& services = record.services;
    const bool goes_on = !services.empty() && services.back().connection == connection.id;
    if (goes_on) {
        services.back().proof_at = now;
        return;
    }
    const bool was_claimed = record.claimed_at >= connection.dialed_at;
    services.push_back({connection.id, was_claimed ? record.claimed_at : now, now});
}

std::optional<std::string> FalseGaps::judge(ProcessId process, const conduitd::Gap& gap,
                                            TimePoint now) {
    Record& record = record_of(process);
    const Told told{gap.reason, gap.since, gap.until.value_or(now)};
    if (told.since < record.started_at) {
        return fmt::format("begins {:.6f} s before its process",
                           seconds(record.started_at - told.since));
    }
    if (told.until < told.since) return "ends before it begins";
    const auto twice = std::ranges::find_if(record.told, [&](const Told& row) {
        return row.reason == told.reason && row.since < told.until && told.since < row.until;
    });
    if (twice != record.told.end()) {
        return fmt::format(
            "overlaps another one by {:.6f} s",
            seconds(std::min(told.until, twice->until) - std::max(told.since, twice->since)));
    }
    record.told.push_back(told);
    if (!is_of_session(gap.reason) || record.doubted_at >= gap.since) return std::nullopt;
    const auto served = std::ranges::find_if(record.services, [&](const Service& service) {
        return service.from <= told.since && told.since < service.proof_at;
    });
    if (served == record.services.end()) return std::nullopt;
    return fmt::format("begins {:.6f} s before the last frame read on c{}, which had the shard",
                       seconds(served->proof_at - told.since), served->connection);
}

}  // namespace simulation
