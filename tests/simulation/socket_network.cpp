#include "socket_network.hpp"

#include "worker_process.hpp"

#include <algorithm>
#include <utility>

// The life of a connection: dialled, closed, ended at the one side and then at the other.
namespace simulation {

using conduitd::SessionEnd;
using twitch_sim::Model;

SocketNetwork::SocketNetwork(Parts parts, std::uint64_t seed, Duration delay_max)
    : parts_(std::move(parts)), dice_(seed), delay_max_(delay_max) {}

template <class What>
void SocketNetwork::tell_process(Connection& connection, What what) {
    WorkerProcess* const process = parts_.find_process(connection.process);
    if (process != nullptr) process->receive([process, what = std::move(what)] { what(*process); });
}

// A third of the longest delay is jitter: frames of one connection come at uneven distances, and
// those of two connections in any order.
void SocketNetwork::dial(ProcessId process, SessionKey key, const conduitd::Url& url) {
    const auto id = static_cast<ConnectionId>(connections_.size());
    Connection& connection = connections_.emplace_back();
    connection.id = id;
    connection.process = process;
    connection.key = key;
    connection.dialed_at = parts_.queue.now();
    connection.is_fresh = is_base(url);
    connection.challenge = challenge_in(url.target);
    for (Path* const path : {&connection.up, &connection.down}) {
        path->delay = dice_.spread(std::chrono::microseconds(200), delay_max_ * 2 / 3);
        path->jitter_max = delay_max_ / 3;
    }
    parts_.trace.add("network", "p{} dials c{} (session {})", process, id, key);
    parts_.promptness.on_dial(connection);
    parts_.false_gaps.on_dial(connection);

    const auto other = connection.is_fresh ? DialTarget::reconnect_url : DialTarget::base_url;
    const auto trouble = std::ranges::find_if(dial_troubles_, [&](const DialTrouble& row) {
        return row.process == process && row.until > parts_.queue.now() && row.target != other;
    });
    if (trouble != dial_troubles_.end() && trouble->how == DialFault::refused) {
        refuse(connection, {.what = "connection refused"}, connection.up.delay);
        return;
    }
    if (trouble != dial_troubles_.end()) connection.is_black_hole = true;
    parts_.queue.after(limits_.dial_timeout, [this, &connection] {
        if (connection.near != NearState::dialing) return;
        end_near(connection, NearEnd::timeout, {.was_cut = true, .what = "no answer in time"});
    });
    // Three ways up and two down: the handshakes of TCP and TLS, then the upgrade.
    parts_.queue.after(2 * (connection.up.delay + connection.down.delay), [this, &connection, url] {
        if (connection.near != NearState::dialing) return;
        send_up(connection, [this, &connection, url] { on_dial_arrived(connection, url); });
    });
}

void SocketNetwork::refuse(Connection& connection, SessionEnd end, Duration delay) {
    parts_.queue.after(delay, [this, &connection, end = std::move(end)] {
        if (connection.near == NearState::dialing) end_near(connection, NearEnd::peer, end);
    });
}

void SocketNetwork::on_dial_arrived(Connection& connection, const conduitd::Url& url) {
    // Given up meanwhile or not: Twitch answers, and learns of the end behind this.
    // The outputs of the upgrade name the socket before the call returns its id.
    connection.socket = reserve_socket();
    of_socket_.back() = connection.id;
    const auto answer = parts_.twitch.tell([&](Model& model, TimePoint now) {
        auto result = model.on_upgrade({url.target, url.origin()}, now);
        if (std::holds_alternative<SocketId>(result)) {
            send_down(connection, [this, &connection] {
                if (connection.near != NearState::dialing) return;
                connection.near = NearState::open;
                connection.last_read_at = parts_.queue.now();
                tell_process(connection, [&connection](WorkerProcess& process) {
                    process.on_open(connection.key);
                });
            });
        }
        return result;
    });
    if (std::holds_alternative<SocketId>(answer)) return;

    release_socket();
    connection.socket = 0;
    const auto& refusal = std::get<twitch_sim::HttpAnswer>(answer);
    SessionEnd end;
    if (refusal.delivery == twitch_sim::HttpAnswer::Delivery::answer)
        end.http_status = refusal.status;
    refuse(connection, end, refusal.delay + connection.down.delay);
}

void SocketNetwork::close(ProcessId process, SessionKey key) {
    Connection* const connection = find(process, key);
    if (connection == nullptr) return;
    if (connection->near == NearState::dialing) {
        end_near(*connection, NearEnd::worker,
                 {.was_cut = true, .what = "closed while it was dialled"});
    } else if (connection->near == NearState::open) {
        parts_.trace.add("network", "p{} closes c{}", process, connection->id);
        connection->near = NearState::closing;
        connection->was_continued = std::ranges::any_of(connections_, [&](const Connection& other) {
            return other.process == process && other.near == NearState::open && other.is_welcomed &&
                   other.session_id == connection->session_id &&
                   other.welcomed_at > connection->welcomed_at;
        });
        connection->close_by = parts_.queue.now() + limits_.close_limit;
        connection->last_read_at = parts_.queue.now();
        watch_close(*connection);
        send_up(*connection, [this, connection] {
            if (connection->socket == 0) return;
            parts_.conduct.on_close_frame(*connection);
            const auto socket = connection->socket;
            parts_.twitch.tell(
                [&](Model& model, TimePoint now) { model.on_client_close(socket, 1000, now); });
            send_close_frame(*connection, 1000);
            end_far(*connection);
        });
    }
}

// The wait begins anew with each frame, up to the limit.
void SocketNetwork::watch_close(Connection& connection) {
    const auto at = std::min(connection.last_read_at + limits_.close_timeout, connection.close_by);
    if (at > parts_.queue.now()) {
        parts_.queue.at(at, [this, &connection] {
            if (connection.near == NearState::closing) watch_close(connection);
        });
        return;
    }
    const auto* const process = parts_.find_process(connection.process);
    // A suspended process has no timers; what came meanwhile is read first when it goes on.
    if (process != nullptr && process->is_suspended()) {
        parts_.queue.after(limits_.close_timeout, [this, &connection] {
            if (connection.near == NearState::closing) watch_close(connection);
        });
        return;
    }
    end_near(connection, NearEnd::timeout,
             {.was_cut = true, .what = "our close frame was not answered"});
}

void SocketNetwork::abort(ProcessId process, SessionKey key) {
    Connection* const connection = find(process, key);
    if (connection == nullptr || connection->near == NearState::ended) return;
    parts_.trace.add("network", "p{} aborts c{}", process, connection->id);
    const bool is_stopping =
        parts_.find_process(process)->state() == conduitd::WorkerState::stopping;
    if (connection->is_welcomed && is_stopping) parts_.conduct.on_given_up(*connection);
    end_near(*connection, NearEnd::worker, {.was_cut = true, .what = "aborted"});
}

// The worker's side is over: it is told so, and the other side sees it when the network lets it.
void SocketNetwork::end_near(Connection& connection, NearEnd how, SessionEnd end) {
    if (connection.near == NearState::ended) return;
    const bool was_open = connection.near == NearState::open;
    connection.near = NearState::ended;
    connection.near_end = how;
    connection.was_cut = end.was_cut;
    parts_.false_gaps.on_session_end(connection, end, parts_.queue.now());
    if (end.http_status == 429U) parts_.promptness.on_busy(connection);
    connection.was_refused = end.http_status || end.close_code == 4007;
    if (connection.was_refused) parts_.promptness.on_refused(connection);
    if (was_open && how == NearEnd::peer) parts_.promptness.on_end(connection);
    note_silence(connection);
    send_up(connection, [this, &connection] { end_far(connection); });
    if (how == NearEnd::process) return;
    parts_.promptness.on_over(connection);
    auto tell = [this, &connection, end = std::move(end)] {
        tell_process(connection, [&connection, end](WorkerProcess& process) {
            process.on_end(connection.key, end);
        });
    };
    // Never from inside what a worker does.
    if (how == NearEnd::worker) {
        parts_.queue.after(Duration::zero(), std::move(tell));
    } else {
        tell();
    }
}

void SocketNetwork::end_far(Connection& connection) {
    const auto socket = std::exchange(connection.socket, 0);
    if (socket == 0) return;
    parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_gone(socket, now); });
}

// Behind what is written already, and read behind it.
void SocketNetwork::send_close_frame(Connection& connection, std::uint16_t code) {
    send_down(connection, [this, &connection, code, sent_at = parts_.queue.now()] {
        const WorkerProcess* const process = parts_.find_process(connection.process);
        if (process != nullptr && parts_.queue.now() - sent_at > GapJudge::close_frame_way) {
            parts_.gap_judge.on_late_close(process->index(), sent_at, parts_.queue.now());
        }
        tell_process(connection, [this, &connection, code](WorkerProcess&) {
            end_near(connection, NearEnd::peer, {.close_code = code});
        });
    });
}

Connection* SocketNetwork::find(ProcessId process, SessionKey key) {
    const auto found =
        std::find_if(connections_.rbegin(), connections_.rend(), [&](const Connection& connection) {
            return connection.process == process && connection.key == key;
        });
    return found == connections_.rend() ? nullptr : &*found;
}

ConnectionId SocketNetwork::connection_of(SocketId socket) const {
    const bool is_known = socket > 0 && socket <= of_socket_.size();
    return is_known ? of_socket_[socket - 1] : nobody;
}

Connection* SocketNetwork::find(SocketId socket) {
    const auto id = connection_of(socket);
    return id == nobody ? nullptr : &connections_[id];
}

SocketId SocketNetwork::reserve_socket() {
    of_socket_.push_back(nobody);
    return static_cast<SocketId>(of_socket_.size());
}

}  // namespace simulation
