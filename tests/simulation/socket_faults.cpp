#include "socket_network.hpp"
#include "worker_process.hpp"

#include <algorithm>

// What goes wrong with connections, and what is asked about them.
namespace simulation {

void SocketNetwork::on_process_end(ProcessId process, LastWords last_words) {
    for (Connection& connection : connections_) {
        if (connection.process != process || connection.near == NearState::ended) continue;
        if (last_words == LastWords::unsaid) make_black_hole(connection);
        end_near(connection, NearEnd::process, {});
    }
}

void SocketNetwork::reset(Connection& connection) {
    if (connection.near == NearState::ended) return;
    parts_.trace.add("network", "resets c{}", connection.id);
    connection.fault = "reset";
    const bool was_black_hole = std::exchange(connection.is_black_hole, true);
    end_near(connection, NearEnd::peer, {.was_cut = true, .what = "connection reset"});
    if (was_black_hole) return;
    // Both ends learn of it; nothing else gets through any more.
    parts_.queue.after(connection.up.delay, [this, &connection] { end_far(connection); });
}

void SocketNetwork::make_black_hole(Connection& connection) {
    if (std::exchange(connection.is_black_hole, true)) return;
    parts_.trace.add("network", "c{} is a black hole", connection.id);
    connection.fault = "black hole";
    parts_.queue.after(limits_.far_user_timeout, [this, &connection] { end_far(connection); });
}

// A suspended process looks at its timers when it goes on; what came meanwhile goes first.
void SocketNetwork::watch_silence(Connection& connection) {
    const WorkerProcess* const process = parts_.find_process(connection.process);
    if (process == nullptr || connection.near != NearState::open) return;
    const auto known_at = connection.last_read_at + parts_.gap_judge.silence();
    const auto at = std::max(known_at, process->suspended_until() + Duration(1));
    if (at > parts_.queue.now()) {
        parts_.queue.at(at, [this, &connection] { watch_silence(connection); });
        return;
    }
    const bool has_shard =
        parts_.promptness.is_holder(connection) && parts_.conduct.has_shard(connection);
    if (!has_shard || connection.silent_since != conduitd::never) return;
    connection.silent_since = connection.last_read_at;
    parts_.promptness.on_silence(connection);
}

void SocketNetwork::note_silence(const Connection& connection) {
    const WorkerProcess* const process = parts_.find_process(connection.process);
    if (process == nullptr || connection.silent_since == conduitd::never) return;
    // What a later session of the shard swallows is another matter.
    const auto until = std::min(parts_.queue.now(), parts_.promptness.held_until(connection));
    parts_.gap_judge.on_silence(process->index(), connection.silent_since, until);
}

void SocketNetwork::slow_down(ProcessId process, TimePoint until) {
    slowness_.push_back({process, until});
}

void SocketNetwork::disturb_dials(ProcessId process, DialFault how, DialTarget target,
                                  TimePoint until) {
    dial_troubles_.push_back({process, how, target, until});
}

void SocketNetwork::end_faults() {
    slowness_.clear();
    dial_troubles_.clear();
    drops_after_welcome_ = 0;
}

std::vector<Connection*> SocketNetwork::open_connections(ProcessId process) {
    std::vector<Connection*> open;
    for (Connection& connection : connections_) {
        if (connection.process == process && connection.near == NearState::open &&
            connection.socket != 0) {
            open.push_back(&connection);
        }
    }
    return open;
}

std::size_t SocketNetwork::refusals(ProcessId process) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(connections_, [&](const Connection& connection) {
            return connection.process == process && connection.was_refused;
        }));
}

bool SocketNetwork::has_unended(ProcessId process) const {
    return std::ranges::any_of(connections_, [&](const Connection& connection) {
        return connection.process == process && connection.near != NearState::ended;
    });
}

bool SocketNetwork::is_slow(ProcessId process) const {
    return std::ranges::any_of(connections_, [&](const Connection& connection) {
        return connection.process == process && connection.slow_until > parts_.queue.now();
    });
}

bool SocketNetwork::is_read_by(SocketId socket, ProcessId process) const {
    const auto id = connection_of(socket);
    if (id == nobody) return false;
    const Connection& connection = connections_[id];
    const bool is_read =
        connection.near == NearState::dialing || connection.near == NearState::open;
    return connection.process == process && is_read && !connection.is_black_hole;
}

std::optional<ProcessId> SocketNetwork::process_of(SocketId socket) const {
    const auto id = connection_of(socket);
    if (id == nobody) return std::nullopt;
    return connections_[id].process;
}

}  // namespace simulation
