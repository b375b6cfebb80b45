#include "injector.hpp"

#include <fmt/format.h>

#include <array>

// What Twitch does to sessions by itself: orders to move, ends, silences.
namespace simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::array close_codes = {1000, 1001, 1011, 1012, 4000, 4001,
                                    4002, 4003, 4004, 4005, 4006, 4007};

}  // namespace

void Injector::order(FaultKind kind, unsigned worker) {
    if (kind == FaultKind::reconnect_storm) {
        parts_.twitch.order("/sim/reconnect", "{}");
        return;
    }
    const auto session = session_of(worker);
    if (!session) return;
    switch (kind) {
        case FaultKind::reconnect:
            parts_.twitch.order("/sim/reconnect", fmt::format(R"({{"session":{}}})", *session));
            break;
        case FaultKind::close: {
            const auto code = close_codes[dice_.below(close_codes.size())];
            if (parts_.plan.model.overlap > Duration::zero() && dice_.chance(30)) {
                parts_.twitch.order("/sim/reconnect", fmt::format(R"({{"session":{}}})", *session));
                close_behind_move(*session, code, until(2s));
                break;
            }
            close(*session, code);
            break;
        }
        case FaultKind::server_reset:
            parts_.twitch.order("/sim/close",
                                fmt::format(R"({{"session":{},"how":"reset"}})", *session));
            break;
        case FaultKind::freeze:
            watch_silences(worker);
            parts_.twitch.order("/sim/close",
                                fmt::format(R"({{"session":{},"how":"freeze"}})", *session));
            break;
        default:
            watch_silences(worker);
            parts_.twitch.order(kind == FaultKind::mute ? "/sim/mute" : "/sim/stall",
                                fmt::format(R"({{"session":{}}})", *session));
            break;
    }
}

void Injector::close(const std::string& session, int code) {
    parts_.twitch.order("/sim/close", fmt::format(R"({{"session":{},"code":{}}})", session, code));
}

// While a session is on two connections, the one that is to be left ends, and the welcome on the
// other is still on its way: the session goes on there.
void Injector::close_behind_move(const std::string& session, int code, TimePoint until) {
    const auto& sessions = parts_.twitch.world().sessions;
    const auto found = sessions.all().find(std::string_view(session).substr(1, session.size() - 2));
    if (found == sessions.all().end()) return;
    const auto successor = found->second.successor;
    if (successor && sessions.sockets().at(*successor).state == twitch_sim::SocketState::live) {
        close(session, code);
    } else if (parts_.queue.now() < until) {
        parts_.queue.after(5ms, [=, this] { close_behind_move(session, code, until); });
    }
}

// Its welcome comes when plan B is under way, or has just come to its end.
void Injector::delay_move(unsigned worker) {
    const auto delay = conduitd::HandoverOptions{}.plan_b_after + dice_.spread(1ms, 2s);
    parts_.twitch.order(
        "/sim/fault",
        fmt::format(R"({{"match":"welcome/reconnect","delay_ms":{},"times":1}})", delay / 1ms));
    order(FaultKind::reconnect, worker);
}

// Plan B has to go on beside a dial that hangs.
void Injector::lose_move(unsigned worker) {
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return;
    using S = SocketNetwork;
    parts_.sockets.disturb_dials(process->id(), S::DialFault::unanswered,
                                 S::DialTarget::reconnect_url, until(dice_.between(20s, 40s)));
    const auto plan_b_after = conduitd::HandoverOptions{}.plan_b_after;
    parts_.sockets.disturb_dials(process->id(), S::DialFault::refused, S::DialTarget::base_url,
                                 until(plan_b_after + dice_.between(0s, 10s)));
    order(FaultKind::reconnect, worker);
}

// Whatever happens to one connection may show in another, that carries the session on.
void Injector::watch_silences(unsigned worker) {
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return;
    for (Connection* const connection : parts_.sockets.open_connections(process->id())) {
        parts_.sockets.watch_silence(*connection);
    }
}

std::optional<std::string> Injector::session_of(unsigned worker) {
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return std::nullopt;
    const auto open = parts_.sockets.open_connections(process->id());
    if (open.empty()) return std::nullopt;
    const auto socket = open[dice_.below(open.size())]->socket;
    const auto& sockets = parts_.twitch.world().sessions.sockets();
    const auto found = sockets.find(socket);
    if (found == sockets.end() || found->second.session_id.empty()) return std::nullopt;
    return '"' + found->second.session_id + '"';
}

}  // namespace simulation
