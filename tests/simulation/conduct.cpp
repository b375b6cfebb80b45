#include "conduct.hpp"

#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace simulation {

Conduct::Record& Conduct::record_of(ProcessId process) {
    if (records_.size() <= process) records_.resize(process + 1);
    return records_[process];
}

void Conduct::on_dial(ProcessId process, conduitd::SessionKey key, const conduitd::Url& url) {
    const bool is_base = url.target.find("challenge=") == std::string::npos;
    if (is_base) {
        record_of(process).dialed_base_at = queue_.now();
    } else {
        record_of(process).moving_to = key;
    }
}

void Conduct::on_refused(const Connection& connection) {
    const Record& record = record_of(connection.process);
    if (record.moving_to != connection.key || record.ordered_on == nullptr) return;
    queue_.after(refusal_limit, [this, &old = *record.ordered_on, at = record.ordered_at] {
        check_plan_b(old, at, refusal_limit);
    });
}

void Conduct::on_told_to_stop(ProcessId process) {
    record_of(process).is_told_to_stop = true;
}

void Conduct::on_suspended(ProcessId process, TimePoint until) {
    Record& record = record_of(process);
    record.suspended_until = until;
    record.excused_until = std::max(record.excused_until, until + excuse_lasts);
}

void Conduct::on_unanswered_effect(ProcessId process) {
    record_of(process).excused_until = queue_.now() + excuse_lasts;
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
    const Record& record = record_of(connection.process);
    if (record.is_told_to_stop || record.excused_until > queue_.now()) return;
    if (!has_shard(connection)) return;
    checker_.fail(fmt::format("p{} closes c{}, the session that its shard points at",
                              connection.process, connection.id));
}

void Conduct::on_reconnect_read(const Connection& connection) {
    record_of(connection.process).ordered_at = queue_.now();
    record_of(connection.process).ordered_on = &connection;
    queue_.after(plan_b_limit, [this, &connection, ordered_at = queue_.now()] {
        check_plan_b(connection, ordered_at, plan_b_limit);
    });
}

void Conduct::check_plan_b(const Connection& connection, TimePoint ordered_at, Duration limit) {
    const Record& record = record_of(connection.process);
    if (record.ordered_at > ordered_at) return;
    const bool is_excused = record.is_told_to_stop || record.suspended_until >= ordered_at ||
                            record.excused_until > queue_.now();
    if (is_excused || connection.near != NearState::open || !has_shard(connection)) return;
    if (record.dialed_base_at >= ordered_at - dial_counts_for) return;
    checker_.fail(
        fmt::format("p{} was told to move on c{} and has no fresh session on its way {} "
                    "ms later",
                    connection.process, connection.id, limit / std::chrono::milliseconds(1)));
}

}  // namespace simulation
