#include "injector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace simulation {
namespace {

using namespace std::chrono_literals;

constexpr std::array upgrade_statuses = {429, 503, 500};

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
        case FaultKind::clock_jump: {
            // By dice of its own, as in plan.cpp.
            Dice dice(parts_.plan.model.seed ^ 0xc10c'1a9cU);
            parts_.fleet.shift_clock(fault.worker, dice.between(Duration(-1h), Duration(1h)));
            break;
        }
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

TimePoint Injector::until(Duration length) const {
    return std::min(parts_.queue.now() + length, parts_.plan.faults_end);
}

}  // namespace simulation
