#include "conduct.hpp"

#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace simulation {

Conduct::Record& Conduct::record_of(ProcessId process) {
    if (records_.size() <= process) records_.resize(process + 1);
    return records_[process];
}

void Conduct::on_told_to_stop(ProcessId process) {
    record_of(process).is_told_to_stop = true;
}

void Conduct::on_crashed(ProcessId process) {
    record_of(process).has_crashed = true;
}

void Conduct::on_suspended(ProcessId process, TimePoint until) {
    record_of(process).suspended_until = until;
}

Conduct::Claim& Conduct::claim_for(Record& record, std::string_view session_id) {
    const auto found = std::ranges::find(record.claims, session_id, &Claim::session_id);
    if (found != record.claims.end()) return *found;
    return record.claims.emplace_back(Claim{std::string(session_id), {}});
}

void Conduct::on_claim_sent(ProcessId process, std::string_view session_id) {
    claim_for(record_of(process), session_id).sent_at = queue_.now();
}

void Conduct::on_unanswered_effect(ProcessId process) {
    record_of(process).unaware_until = queue_.now() + excuse_lasts;
}

void Conduct::on_claim_accepted(ProcessId process, std::string_view session_id, TimePoint sent_at) {
    Claim& claim = claim_for(record_of(process), session_id);
    claim.accepted_sent_at = std::max(claim.accepted_sent_at, sent_at);
}

void Conduct::on_token_trouble(ProcessId process, Duration lasts) {
    record_of(process).token_trouble_until = queue_.now() + lasts;
}

void Conduct::on_standing_by(ProcessId process, bool is_standing_by) {
    Record& record = record_of(process);
    if (is_standing_by || record.is_standing_by) record.stood_by_at = queue_.now();
    record.is_standing_by = is_standing_by;
}

bool Conduct::may_close(const Record& record, std::string_view session_id) const {
    if (record.is_told_to_stop) return true;
    const auto own = std::ranges::find(record.claims, session_id, &Claim::session_id);
    if (own == record.claims.end()) return true;
    const auto latest = std::ranges::max(record.claims, {}, &Claim::accepted_sent_at);
    const bool has_never = latest.accepted_sent_at == TimePoint::min();
    const bool is_elsewhere = latest.accepted_sent_at > own->sent_at;
    const bool is_known = own->accepted_sent_at == own->sent_at;
    const bool has_tried =
        record.token_trouble_until > queue_.now() ||
        std::ranges::max(record.claims, {}, &Claim::sent_at).sent_at > own->sent_at;
    const bool has_waited = !is_known && queue_.now() > own->sent_at + patience;
    return has_never || is_elsewhere || (has_waited && has_tried);
}

// One that was told to move is not needed any more once its successor was welcomed, although Twitch
// may go on writing to it for a while.
bool Conduct::has_shard(const Connection& connection) const {
    const auto& world = twitch_.world();
    const auto& sockets = world.sessions.sockets();
    const auto socket = sockets.find(connection.socket);
    if (socket == sockets.end()) return false;
    const auto found = world.sessions.all().find(socket->second.session_id);
    if (found == world.sessions.all().end()) return false;
    const auto& session = found->second;
    const bool has_moved =
        session.successor && sockets.at(*session.successor).state == twitch_sim::SocketState::live;
    return session.carrier == connection.socket && !has_moved &&
           world.conduits.is_bound(session.id);
}

void Conduct::on_close_frame(const Connection& connection) {
    if (connection.was_continued || !has_shard(connection)) return;
    const auto& session_id = twitch_.world().sessions.sockets().at(connection.socket).session_id;
    if (may_close(record_of(connection.process), session_id)) return;
    checker_.fail(fmt::format("p{} closes c{}, the session that its shard points at",
                              connection.process, connection.id));
}

// A fresh one that was never claimed has nothing to be read.
void Conduct::on_given_up(const Connection& connection) {
    Record& record = record_of(connection.process);
    const bool is_claimed =
        std::ranges::count(record.claims, connection.session_id, &Claim::session_id) > 0;
    if (is_claimed || !connection.is_fresh) record.has_given_up = true;
}

void Conduct::on_drained(ProcessId process) {
    if (!record_of(process).has_given_up) return;
    checker_.fail(fmt::format("p{} says that it has drained, and gave up a session", process));
}

bool Conduct::has_stood_by(ProcessId process, TimePoint since) const {
    return process < records_.size() && records_[process].stood_by_at >= since;
}

bool Conduct::is_excused(ProcessId process, TimePoint since) const {
    if (process >= records_.size()) return false;
    const Record& record = records_[process];
    return record.is_told_to_stop || record.has_crashed || record.is_standing_by ||
           record.stood_by_at >= since || record.suspended_until >= since ||
           record.suspended_until + excuse_lasts > queue_.now() ||
           record.unaware_until > queue_.now();
}

}  // namespace simulation
