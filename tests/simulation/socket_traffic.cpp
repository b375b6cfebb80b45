#include "fault_model.hpp"
#include "frame_text.hpp"
#include "socket_network.hpp"
#include "worker_process.hpp"

#include <algorithm>
#include <utility>

// What goes over an open connection: frames, pings and their answers.
namespace simulation {

using conduitd::SessionEnd;
using twitch_sim::Model;

Duration SocketNetwork::jitter(Connection& connection, const Path& path) {
    const auto jitter = dice_.between(Duration::zero(), path.jitter_max);
    const bool is_slow = std::ranges::any_of(slowness_, [&](const Slowness& row) {
        return row.process == connection.process && row.until > parts_.queue.now();
    });
    if (!is_slow) return jitter;
    connection.slow_until = parts_.queue.now() + 2 * slow_delay_max;
    return jitter + dice_.between(Duration::zero(), slow_delay_max);
}

void SocketNetwork::on_output(twitch_sim::Output& output) {
    const auto socket = std::visit([](const auto& what) { return what.socket; }, output);
    Connection* const connection = find(socket);
    if (connection == nullptr || connection->socket != socket) return;
    if (auto* const text = std::get_if<twitch_sim::SendText>(&output)) {
        write(*connection, std::move(text->text));
    } else if (std::holds_alternative<twitch_sim::SendPing>(output)) {
        send_down(*connection, [this, connection] {
            WorkerProcess* const process = parts_.find_process(connection->process);
            if (process == nullptr) return;
            if (process->is_suspended()) {
                process->receive([this, connection] { answer_ping(*connection); });
            } else {
                answer_ping(*connection);
            }
        });
    } else if (const auto* const close = std::get_if<twitch_sim::SendClose>(&output)) {
        parts_.trace.add("twitch", "closes c{} with {}", connection->id, close->code);
        send_close_frame(*connection, close->code);
    } else if (std::holds_alternative<twitch_sim::ResetSocket>(output)) {
        parts_.trace.add("twitch", "resets c{}", connection->id);
        if (connection->fault.empty()) connection->fault = "reset by Twitch";
        send_down(*connection, [this, connection] {
            end_near(*connection, NearEnd::peer, {.was_cut = true, .what = "connection reset"});
        });
        end_far(*connection);
    } else {
        parts_.trace.add("twitch", "freezes c{}", connection->id);
        connection->fault = "frozen";
    }
}

void SocketNetwork::answer_ping(Connection& connection) {
    if (connection.near != NearState::open) return;
    send_up(connection, [this, &connection] {
        if (connection.socket == 0) return;
        parts_.twitch.tell(
            [&](Model& model, TimePoint now) { model.on_pong(connection.socket, {}, now); });
    });
}

void SocketNetwork::write(Connection& connection, std::string text) {
    const auto socket = connection.socket;
    const auto type = message_type_of(text);
    std::optional<CopyId> copy;
    if (type == "notification") {
        copy = parts_.checker.on_written(connection, text);
    } else if (type != "session_keepalive") {
        parts_.trace.add("twitch", "writes {} to c{}", type, connection.id);
    }
    if (type == "session_welcome" && drops_after_welcome_ > 0) {
        --drops_after_welcome_;
        connection.drops_after_welcome = true;
    }
    parts_.twitch.tell([&](Model& model, TimePoint now) { model.on_written(socket, now); });
    if (connection.is_black_hole) {
        if (copy) parts_.checker.on_lost(*copy, connection);
        return;
    }
    const auto at =
        connection.down.arrival(parts_.queue.now(), jitter(connection, connection.down));
    parts_.queue.at(at, [this, &connection, copy, text = std::move(text)]() mutable {
        on_arrived(connection, std::move(text), copy);
    });
}

void SocketNetwork::on_arrived(Connection& connection, std::string text,
                               std::optional<CopyId> copy) {
    if (connection.is_black_hole) {
        if (copy) parts_.checker.on_lost(*copy, connection);
        return;
    }
    WorkerProcess* const process = parts_.find_process(connection.process);
    if (process == nullptr || connection.near == NearState::ended) {
        deliver(connection, text, copy);
        return;
    }
    process->receive(
        [this, &connection, copy, text = std::move(text)] { deliver(connection, text, copy); });
    if (std::exchange(connection.drops_after_welcome, false)) {
        parts_.queue.after(
            dice_.spread(std::chrono::milliseconds(1), std::chrono::milliseconds(200)),
            [this, &connection] { reset(connection); });
    }
}

// What is read soon after a sleep may have come during it, and proves nothing later.
void SocketNetwork::note_proof(const Connection& connection, bool is_message) {
    const auto now = parts_.queue.now();
    if (!connection.fault.empty() || connection.near != NearState::open) return;
    const bool is_wanted = parts_.false_gaps.wants_proof(connection, now);
    const bool tells_of_move = is_message && parts_.false_gaps.is_moving(connection.process);
    if (!is_wanted && !tells_of_move) return;
    const WorkerProcess& process = *parts_.find_process(connection.process);
    static const Duration backlog_max = conduitd::WorkerOptions{}.backlog_max;
    if (now < process.awake_at() + backlog_max) return;
    if (!parts_.conduct.has_shard(connection)) return;
    if (tells_of_move) parts_.false_gaps.on_unmoved(connection, now);
    if (is_wanted) parts_.false_gaps.on_proof(connection, now);
}

void SocketNetwork::deliver(Connection& connection, const std::string& text,
                            std::optional<CopyId> copy) {
    if (connection.near == NearState::ended) {
        if (copy) parts_.checker.on_not_read(*copy, connection);
        return;
    }
    if (copy) parts_.checker.on_read(*copy);
    connection.last_read_at = parts_.queue.now();
    const bool was_silent =
        std::exchange(connection.silent_since, conduitd::never) != conduitd::never;
    if (was_silent) watch_silence(connection);
    // The welcome is the first of all frames.
    if (!std::exchange(connection.is_welcomed, true)) {
        connection.welcomed_at = parts_.queue.now();
        connection.session_id = text_after(text, R"("session":{"id":")");
        parts_.false_gaps.on_welcome(connection, parts_.queue.now());
        parts_.promptness.on_welcome_read(connection);
        parts_.claim_judge.on_welcome(connection);
    }
    if (!copy && message_type_of(text) == "session_reconnect") {
        parts_.promptness.on_reconnect_read(connection, text);
        parts_.false_gaps.on_order(connection, challenge_in(text));
    }
    note_proof(connection, copy.has_value());
    parts_.find_process(connection.process)->on_frame(connection.key, text);
}

}  // namespace simulation
