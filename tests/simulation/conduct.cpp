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

bool Conduct::is_excused(ProcessId process, TimePoint since) const {
    if (process >= records_.size()) return false;
    const Record& record = records_[process];
    return record.is_told_to_stop || record.has_crashed || record.suspended_until >= since ||
           record.excused_until > queue_.now();
}

}  // namespace simulation
