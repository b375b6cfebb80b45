#include "roaming_injector.hpp"

#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace simulation {
namespace {

using namespace std::chrono_literals;
using Kind = RoamingEventKind;

constexpr std::array roaming_event_names = {
    "crash",       "crash for good",  "stop",       "stop for good", "stop of several",
    "stop of all", "rolling restart", "suspension", "reconnect",     "reconnect of all",
    "close",       "reset",           "slow calls", "lost calls",    "scale up",
    "scale down",  "scale about"};

constexpr std::array roaming_close_codes = {1000, 1001, 1012, 4000, 4002, 4005, 4006};

// How often it is looked whether a worker that was started again has what it can have; then the
// next is stopped a little later.
constexpr Duration settled_poll = 250ms;
constexpr Duration settled_for = 4s;

}  // namespace

std::string_view name_of(RoamingEventKind kind) {
    return roaming_event_names[static_cast<std::size_t>(kind)];
}

void RoamingInjector::inject(const RoamingEvent& event) {
    parts_.trace.add("event", "{} (worker {})", name_of(event.kind), event.worker);
    switch (event.kind) {
        case Kind::reconnect:
        case Kind::reconnect_all:
        case Kind::close:
        case Kind::reset:
            return disturb_session(event);
        case Kind::slow_calls:
        case Kind::lost_calls:
            return disturb_calls(event.kind);
        case Kind::scale_up:
            return parts_.people.scale_up(dice_);
        case Kind::scale_down:
            return parts_.people.scale_down();
        case Kind::scale_about:
            return parts_.people.scale_about(dice_);
        default:
            return disturb_process(event);
    }
}

void RoamingInjector::disturb_process(const RoamingEvent& event) {
    const auto said = SocketNetwork::LastWords::said;
    const auto last_words = dice_.chance(60) ? said : SocketNetwork::LastWords::unsaid;
    const auto pause = length_until(dice_.spread(20ms, 60s));
    switch (event.kind) {
        case Kind::crash:
            return parts_.fleet.crash(event.worker, last_words, pause);
        case Kind::crash_for_good:
            return parts_.fleet.crash(event.worker, last_words, std::nullopt);
        case Kind::stop:
            return parts_.fleet.stop(event.worker, pause);
        case Kind::stop_for_good:
            return parts_.fleet.stop(event.worker, std::nullopt);
        case Kind::suspension:
            return parts_.fleet.suspend(
                event.worker, length_until(dice_.spread(1s, 100s)),
                dice_.chance(50) ? WorkerProcess::First::timers : WorkerProcess::First::arrivals);
        case Kind::rolling_restart:
            if (!std::exchange(is_restarting_, true)) restart_in_turn(0);
            return;
        default:
            break;
    }
    // At once, or as an operator's loop goes.
    const auto within = dice_.spread(1ms, 3s);
    const unsigned percent = event.kind == Kind::stop_all ? 100 : 50;
    for (unsigned worker = 0; worker < parts_.fleet.size(); ++worker) {
        if (!dice_.chance(percent)) continue;
        const bool stays_away = event.kind == Kind::stop_several && dice_.chance(15);
        const auto restart = stays_away ? std::nullopt : std::optional(pause);
        parts_.queue.after(dice_.between(0ms, within),
                           [this, worker, restart] { parts_.fleet.stop(worker, restart); });
    }
}

void RoamingInjector::restart_in_turn(unsigned worker) {
    if (worker == parts_.fleet.size() ||
        parts_.queue.now() + settled_for > parts_.plan.faults_end) {
        is_restarting_ = false;
        return;
    }
    parts_.fleet.stop(worker, dice_.spread(20ms, 5s));
    await_return(worker);
}

void RoamingInjector::await_return(unsigned worker) {
    const bool is_over = parts_.queue.now() > parts_.plan.faults_end;
    const bool is_away = parts_.fleet.told_to_stop_at(worker) != conduitd::never;
    if (is_over || (!is_away && parts_.fleet.is_settled(worker))) {
        parts_.queue.after(settled_for, [this, worker] { restart_in_turn(worker + 1); });
        return;
    }
    parts_.queue.after(settled_poll, [this, worker] { await_return(worker); });
}

void RoamingInjector::disturb_session(const RoamingEvent& event) {
    if (event.kind == Kind::reconnect_all) return parts_.twitch.order("/sim/reconnect", "{}");
    const auto session = session_of(event.worker);
    if (!session) return;
    if (event.kind == Kind::reconnect) {
        parts_.twitch.order("/sim/reconnect", fmt::format(R"({{"session":"{}"}})", *session));
    } else if (event.kind == Kind::close) {
        parts_.twitch.order(
            "/sim/close",
            fmt::format(R"({{"session":"{}","code":{}}})", *session,
                        roaming_close_codes[dice_.below(roaming_close_codes.size())]));
    } else {
        parts_.twitch.order("/sim/close",
                            fmt::format(R"({{"session":"{}","how":"reset"}})", *session));
    }
}

void RoamingInjector::disturb_calls(RoamingEventKind kind) {
    using T = HelixTrouble;
    constexpr std::array slow = {T::late, T::slow};
    constexpr std::array lost = {T::lost_before, T::lost_after, T::error_after_effect,
                                 T::server_error, T::endpoint_limited};
    constexpr const char* all = "/helix/eventsub/conduits";
    constexpr const char* claims = "/helix/eventsub/conduits/shards";
    const auto what =
        kind == Kind::slow_calls ? slow[dice_.below(slow.size())] : lost[dice_.below(lost.size())];
    const bool is_of_claims = dice_.chance(60);
    const auto count = static_cast<unsigned>(dice_.between(1, 4));
    parts_.trace.add("event", "{} calls: {}", count, name_of(what));
    parts_.http.faults().trouble(what, is_of_claims ? claims : all, count,
                                 until(dice_.spread(500ms, 30s)));
}

void RoamingInjector::end_faults() {
    parts_.sockets.end_faults();
    parts_.http.faults().end();
}

std::optional<std::string> RoamingInjector::session_of(unsigned worker) {
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return std::nullopt;
    const auto open = parts_.sockets.open_connections(process->id());
    if (open.empty()) return std::nullopt;
    const auto& sockets = parts_.twitch.world().sessions.sockets();
    const auto found = sockets.find(open[dice_.below(open.size())]->socket);
    if (found == sockets.end() || found->second.session_id.empty()) return std::nullopt;
    return found->second.session_id;
}

TimePoint RoamingInjector::until(Duration length) const {
    return std::min(parts_.queue.now() + length, parts_.plan.faults_end);
}

}  // namespace simulation
