#include "injector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::array close_codes = {1000, 1001, 1011, 1012, 4000, 4001,
                                    4002, 4003, 4004, 4005, 4006, 4007};
constexpr std::array upgrade_statuses = {429, 503, 500};

constexpr const char* helix = "/helix/";
constexpr const char* claims = "/helix/eventsub/conduits/shards";
constexpr const char* conduits = "/helix/eventsub/conduits";
constexpr const char* tokens = "/oauth2/";

}  // namespace

void Injector::inject(const Fault& fault) {
    ++parts_.totals.faults[static_cast<std::size_t>(fault.kind)];
    parts_.trace.add("fault", "{} (worker {})", name_of(fault.kind), fault.worker);
    switch (fault.kind) {
        case FaultKind::reconnect:
        case FaultKind::reconnect_storm:
        case FaultKind::close:
        case FaultKind::server_reset:
        case FaultKind::freeze:
        case FaultKind::mute:
        case FaultKind::stall:
            order(fault.kind, fault.worker);
            break;
        case FaultKind::late_welcome:
            delay_move(fault.worker);
            break;
        case FaultKind::dead_url:
            lose_move(fault.worker);
            break;
        case FaultKind::cut_behind_claim:
            cut_behind_claims(fault.worker);
            break;
        case FaultKind::network_reset:
        case FaultKind::black_hole:
        case FaultKind::slow:
        case FaultKind::dials_refused:
        case FaultKind::dials_unanswered:
        case FaultKind::dropped_after_welcome:
            disturb_network(fault.kind, fault.worker);
            break;
        case FaultKind::upgrades_refused:
        case FaultKind::welcomes_delayed:
        case FaultKind::tokens_revoked:
        case FaultKind::duplicate:
            disturb_twitch(fault.kind);
            break;
        case FaultKind::helix_trouble:
            disturb_helix(fault.worker);
            break;
        case FaultKind::credentials_refused:
            refuse_credentials(until(dice_.spread(500ms, 100s)));
            break;
        case FaultKind::stranger:
            bring_stranger(fault.worker);
            break;
        case FaultKind::rotation:
        case FaultKind::crash:
        case FaultKind::pause:
        case FaultKind::stop:
        case FaultKind::stop_at_once:
            disturb_process(fault.kind, fault.worker);
            break;
    }
}

// Now and then close behind a claim, so that it comes before the looks that follow that.
void Injector::bring_stranger(unsigned worker) {
    if (!parts_.plan.has_quick_looks()) return;
    const auto delay = dice_.spread(1ms, 20s);
    const auto leaves_at = until(dice_.between(1s, 150s));
    if (dice_.chance(70)) {
        // More would count as owners (worker/options.hpp).
        const bool is_host = parts_.plan.has_spare &&
                             hosts_ < conduitd::HomeOptions{}.claims_back_max && dice_.chance(50);
        if (is_host) ++hosts_;
        using Kind = Strangers::Kind;
        parts_.strangers.come(worker, is_host ? Kind::host : Kind::successor, leaves_at);
        return;
    }
    parts_.strangers.expect(worker, delay, leaves_at);
    parts_.fleet.rotate(worker);
}

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

// The first session is lost at once, so that there is a claim.
void Injector::cut_behind_claims(unsigned worker) {
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return;
    cut_worker_ = worker;
    cut_until_ = until(dice_.between(20s, 60s));
    const auto open = parts_.sockets.open_connections(process->id());
    if (!open.empty()) parts_.sockets.reset(*open.back());
}

void Injector::on_claimed(ProcessId process) {
    if (cut_until_ <= parts_.queue.now() || parts_.fleet.worker_of(process) != cut_worker_) return;
    parts_.queue.after(dice_.between(1ms, 80ms), [this, process] {
        const auto open = parts_.sockets.open_connections(process);
        if (!open.empty()) parts_.sockets.reset(*open.back());
    });
}

// Whatever happens to one connection may show in another, that carries the session on.
void Injector::watch_silences(unsigned worker) {
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return;
    for (Connection* const connection : parts_.sockets.open_connections(process->id())) {
        parts_.sockets.watch_silence(*connection);
    }
}

void Injector::disturb_network(FaultKind kind, unsigned worker) {
    if (kind == FaultKind::dropped_after_welcome) {
        // Now and then all of them, for as long as there are faults.
        const auto count = dice_.chance(10) ? 500 : dice_.between(1, 3);
        parts_.sockets.drop_after_welcomes(static_cast<unsigned>(count));
        return;
    }
    const WorkerProcess* const process = parts_.fleet.process_of(worker);
    if (process == nullptr) return;
    const auto end = until(dice_.spread(100ms, 30s));
    const auto open = parts_.sockets.open_connections(process->id());
    switch (kind) {
        case FaultKind::slow:
            parts_.sockets.slow_down(process->id(), end);
            parts_.gap_judge.on_slow(worker, parts_.queue.now(), end,
                                     parts_.plan.delay_max + slow_delay_max);
            break;
        case FaultKind::dials_refused:
            parts_.sockets.disturb_dials(process->id(), SocketNetwork::DialFault::refused,
                                         SocketNetwork::DialTarget::any, end);
            break;
        case FaultKind::dials_unanswered:
            parts_.sockets.disturb_dials(process->id(), SocketNetwork::DialFault::unanswered,
                                         SocketNetwork::DialTarget::any, end);
            break;
        case FaultKind::network_reset:
            if (!open.empty()) parts_.sockets.reset(*open[dice_.below(open.size())]);
            break;
        default:
            watch_silences(worker);
            if (!open.empty()) parts_.sockets.make_black_hole(*open[dice_.below(open.size())]);
            break;
    }
}

void Injector::disturb_twitch(FaultKind kind) {
    switch (kind) {
        case FaultKind::upgrades_refused:
            parts_.twitch.order("/sim/fault",
                                fmt::format(R"({{"match":"upgrade","status":{},"times":{}}})",
                                            upgrade_statuses[dice_.below(upgrade_statuses.size())],
                                            dice_.between(1, 3)));
            break;
        case FaultKind::welcomes_delayed:
            parts_.twitch.order("/sim/fault",
                                fmt::format(R"({{"match":"welcome","delay_ms":{},"times":{}}})",
                                            dice_.spread(10ms, 13s) / 1ms, dice_.between(1, 3)));
            break;
        case FaultKind::tokens_revoked:
            parts_.twitch.order("/sim/token", R"({"action":"revoke_all"})");
            break;
        default:
            repeat_message();
            break;
    }
}

void Injector::repeat_message() {
    const auto ids = parts_.checker.latest_ids();
    if (ids.empty()) return;
    // One of the latest, or any.
    const auto among = dice_.chance(50) ? std::min<std::size_t>(ids.size(), 32) : ids.size();
    const auto& id = ids[ids.size() - 1 - dice_.below(among)];
    parts_.twitch.order("/sim/emit", fmt::format(R"({{"duplicate_of":"{}"}})", id));
}

// Mostly of claims: they decide where the shard points.
void Injector::disturb_helix(unsigned worker) {
    const auto end = until(dice_.spread(500ms, 40s));
    // Of several shards one after the other may be refused, for as long as it lasts.
    if (parts_.plan.shards_each > 1 && dice_.chance(20)) {
        return trouble_calls(HelixTrouble::entries_refused, claims, 500, end);
    }
    const auto kind = dice_.below(100);
    if (kind < 8) return delay_claim(worker, end);
    if (kind < 12) return lose_claim(worker);
    const auto what = static_cast<HelixTrouble>(dice_.below(helix_troubles));
    const bool is_of_claims = what == HelixTrouble::entries_refused ||
                              what == HelixTrouble::elsewhere || dice_.chance(75);
    const auto* const path = is_of_claims ? claims : helix;
    // Now and then for as long as it lasts.
    const auto count = dice_.chance(15) ? 500U : static_cast<unsigned>(dice_.between(1, 4));
    trouble_calls(what, path, count, end);
    if (!dice_.chance(10)) return;
    trouble_calls(HelixTrouble::server_error, tokens, dice_.chance(30) ? 500 : 2, end);
    if (dice_.chance(50)) disturb_twitch(FaultKind::tokens_revoked);
}

// A move whose claim takes effect behind those that follow it. That matters when one of these is
// for another session, which a refusal sees to.
void Injector::delay_claim(unsigned worker, TimePoint end) {
    trouble_calls(HelixTrouble::late, claims, 1, end);
    trouble_calls(HelixTrouble::entries_refused, claims, 1, end);
    order(FaultKind::reconnect, worker);
}

// A false alarm, for a worker that slept: it replaces a session that speaks again. The claim of the
// replacement takes the shard and is not answered, and the next one is refused.
void Injector::lose_claim(unsigned worker) {
    const auto length =
        std::min<Duration>(parts_.plan.model.keepalive_default + dice_.between(1s, 8s), 33s);
    const auto end = until(length + 10s);
    trouble_calls(HelixTrouble::lost_after, claims, 1, end);
    trouble_calls(HelixTrouble::endpoint_limited, claims, 1, end);
    parts_.fleet.suspend(worker, length, WorkerProcess::First::timers);
}

// A worker whose token is refused tries its credentials again every minute: some last longer.
void Injector::refuse_credentials(TimePoint end) {
    if (dice_.chance(35)) {
        parts_.http.faults().refuse(401, helix, end);
        return;
    }
    parts_.http.faults().refuse(dice_.chance(50) ? 401 : 403, tokens, end);
    // Else a token that is there goes on to serve, until it is to be renewed.
    if (dice_.chance(75)) disturb_twitch(FaultKind::tokens_revoked);
}

void Injector::disturb_start() {
    constexpr std::array troubles = {HelixTrouble::lost_before,        HelixTrouble::lost_after,
                                     HelixTrouble::server_error,       HelixTrouble::slow,
                                     HelixTrouble::error_after_effect, HelixTrouble::not_json};
    const auto what = troubles[dice_.below(troubles.size())];
    if (dice_.chance(40)) trouble_calls(what, tokens, 1, until(20s));
    if (dice_.chance(60)) trouble_calls(what, conduits, 2, until(20s));
    if (dice_.chance(10)) refuse_credentials(until(dice_.spread(500ms, 20s)));
    // The first call lists, the second creates where there is none.
    if (dice_.chance(50)) {
        trouble_calls(HelixTrouble::slow, conduits, 1, until(20s));
        trouble_calls(HelixTrouble::lost_after, conduits, 1, until(20s));
    }
}

void Injector::trouble_calls(HelixTrouble what, const char* path, unsigned count, TimePoint end) {
    parts_.totals.troubles[static_cast<std::size_t>(what)] += count;
    parts_.trace.add("fault", "{} calls of {}: {}", count, path, name_of(what));
    parts_.http.faults().trouble(what, path, count, end);
}

void Injector::disturb_process(FaultKind kind, unsigned worker) {
    const auto length = until(dice_.spread(50ms, 30s)) - parts_.queue.now();
    switch (kind) {
        case FaultKind::rotation:
            parts_.fleet.rotate(worker);
            break;
        case FaultKind::crash:
            parts_.fleet.crash(worker,
                               dice_.chance(70) ? SocketNetwork::LastWords::said
                                                : SocketNetwork::LastWords::unsaid,
                               length);
            break;
        case FaultKind::pause:
            parts_.fleet.suspend(
                worker, length,
                dice_.chance(50) ? WorkerProcess::First::timers : WorkerProcess::First::arrivals);
            break;
        default:
            parts_.fleet.stop(worker, length);
            if (kind == FaultKind::stop) break;
            // A drain takes two ways through the network, or as long as a worker waits for one.
            parts_.queue.after(dice_.spread(1ms, 2s),
                               [this, worker] { parts_.fleet.stop_at_once(worker); });
            break;
    }
}

void Injector::end_faults() {
    parts_.sockets.end_faults();
    parts_.http.faults().end();
    for (const char* const match : {"upgrade", "welcome", "welcome/reconnect"}) {
        parts_.twitch.order("/sim/fault", fmt::format(R"({{"match":"{}","times":0}})", match));
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

TimePoint Injector::until(Duration length) const {
    return std::min(parts_.queue.now() + length, parts_.plan.faults_end);
}

}  // namespace simulation
