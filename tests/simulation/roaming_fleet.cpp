#include "roaming_fleet.hpp"

#include "addresses.hpp"
#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

namespace simulation {
namespace {

using namespace std::chrono_literals;

// The worker's own limit, and what its sockets' ends take.
constexpr Duration roaming_stop_limit = 7s;

}  // namespace

RoamingFleet::RoamingFleet(Parts parts, std::string conduit_id, std::uint64_t seed)
    : parts_(parts),
      conduit_id_(std::move(conduit_id)),
      dice_(seed),
      workers_(parts.plan.workers.size()) {
    for (unsigned i = 0; i < parts.plan.hosts; ++i) hosts_.emplace_back(parts.queue);
}

conduitd::WorkerOptions RoamingFleet::make_options(unsigned worker) {
    const auto& wish = plan_of(worker);
    conduitd::WorkerOptions options;
    options.helix.endpoints = {id_url, helix_url};
    options.helix.client_id = parts_.twitch.model().client_id();
    options.helix.client_secret = parts_.twitch.model().client_secret();
    options.helix.cached_token = host_of(worker).token;
    options.helix.is_cache_shared = true;
    options.eventsub_url = eventsub_url;
    options.conduit = {.id = parts_.plan.names_conduit ? conduit_id_ : std::string(),
                       .shard_count = parts_.plan.shards,
                       .shards = wish.shards,
                       .preferred = std::nullopt,
                       .when_full = wish.when_full,
                       .shard_max = parts_.plan.shard_max};
    if (wish.shards.empty()) options.conduit.preferred = workers_[worker].kept_shard;
    options.was_parked = workers_[worker].was_parked;
    options.gap_before = workers_[worker].kept.gap_before();
    options.remembered_conduits = host_of(worker).remembered;
    return options;
}

void RoamingFleet::start(unsigned worker) {
    auto& one = workers_[worker];
    if (one.process) return;
    const auto id = static_cast<ProcessId>(worker_of_.size());
    worker_of_.push_back(worker);
    handlers_.on_start(worker);
    one.told_to_stop_at = conduitd::never;
    one.count_told = UINT32_MAX;
    one.awake_at = TimePoint::min();
    one.restart_after.reset();
    const auto& shards = plan_of(worker).shards;
    parts_.trace.add("fleet", "p{} starts for worker {} ({})", id, worker,
                     shards.empty() ? "auto" : shards.text());
    parts_.checker.on_start(id, worker);
    one.process =
        std::make_unique<WorkerProcess>(WorkerProcess::Settings{.id = id,
                                                                .index = worker,
                                                                .seed = dice_.seed(),
                                                                .worker = make_options(worker),
                                                                .wall_offset = {},
                                                                .epoch = parts_.plan.model.epoch,
                                                                .kept = one.kept},
                                        parts_.queue, parts_.trace, *this);
    one.process->start();
}

void RoamingFleet::restart(unsigned worker, Duration after) {
    parts_.queue.after(after, [this, worker] { start(worker); });
}

void RoamingFleet::leave_host(ProcessId process) {
    auto& host = host_of(worker_of(process));
    host.conduit_lock.unlock(process);
    host.token_lock.unlock(process);
}

// The process is forgotten, and with it what it had not read.
void RoamingFleet::retire(unsigned worker) {
    auto& one = workers_[worker];
    leave_host(one.process->id());
    for (Task& task : one.process->kill()) task();
    coverage_.add(one.process->coverage());
    one.process.reset();
    one.told_to_stop_at = conduitd::never;
}

void RoamingFleet::crash(unsigned worker, SocketNetwork::LastWords last_words,
                         std::optional<Duration> restart_after) {
    if (!is_at_work(worker)) return;
    const auto id = workers_[worker].process->id();
    parts_.trace.add("fleet", "p{} crashes", id);
    workers_[worker].was_parked = false;
    parts_.checker.on_crashed(id);
    handlers_.on_end(unread_since(worker));
    parts_.sockets.on_process_end(id, last_words);
    retire(worker);
    if (restart_after) restart(worker, *restart_after);
}

// Behind a sleep it has to find out what it missed, and to be bound again, before it can tell.
TimePoint RoamingFleet::unread_since(unsigned worker) const {
    constexpr Duration telling_limit = 30s;
    const auto& one = workers_[worker];
    const bool was_asleep = parts_.queue.now() < one.awake_at + telling_limit;
    return was_asleep ? one.slept_since : parts_.queue.now();
}

void RoamingFleet::suspend(unsigned worker, Duration length, WorkerProcess::First first) {
    if (!is_at_work(worker)) return;
    const auto id = workers_[worker].process->id();
    parts_.trace.add("fleet", "p{} is suspended for {} ms", id, length / 1ms);
    workers_[worker].slept_since = parts_.queue.now();
    workers_[worker].awake_at = parts_.queue.now() + length;
    workers_[worker].process->suspend(parts_.queue.now() + length);
    parts_.queue.after(length, [this, id, first] {
        WorkerProcess* const process = find(id);
        if (process == nullptr) return;
        parts_.trace.add("fleet", "p{} runs again", id);
        process->resume(first);
    });
}

void RoamingFleet::stop(unsigned worker, std::optional<Duration> restart_after) {
    auto& one = workers_[worker];
    if (!one.process || one.told_to_stop_at != conduitd::never) return;
    const auto id = one.process->id();
    parts_.trace.add("fleet", "p{} is told to stop", id);
    parts_.checker.on_told_to_stop(id);
    if (!restart_after) handlers_.on_end(unread_since(worker));
    one.restart_after = restart_after;
    one.told_to_stop_at = parts_.queue.now();
    one.process->stop();
    const auto known_at = std::max(parts_.queue.now(), one.process->suspended_until());
    parts_.queue.at(known_at + roaming_stop_limit, [this, id] {
        if (find(id) == nullptr) return;
        parts_.checker.fail(
            fmt::format("p{} has not stopped within {} s", id, roaming_stop_limit / 1s));
    });
}

void RoamingFleet::on_count_told(ProcessId process) {
    const auto count = parts_.twitch.world().conduits.all().front().shard_count;
    if (find(process) != nullptr) workers_[worker_of(process)].count_told = count;
}

// One that was configured for a shard which the conduit has no more, as it was told, says so at its
// start. It may have been made larger since.
bool RoamingFleet::may_end_so(ProcessId process, const conduitd::Stop& stop) const {
    const auto worker = worker_of(process);
    if (workers_[worker].process->was_told_to_stop()) {
        return stop.code == conduitd::ExitCode::drained;
    }
    const auto& shards = plan_of(worker).shards;
    return stop.code == conduitd::ExitCode::configuration && !shards.empty() &&
           shards.highest() >= workers_[worker].count_told;
}

void RoamingFleet::on_stopped(ProcessId id, const conduitd::Stop& stop) {
    const auto worker = worker_of(id);
    auto& one = workers_[worker];
    parts_.trace.add("fleet", "p{} ends with {} {}", id, static_cast<int>(stop.code), stop.why);
    if (!may_end_so(id, stop)) {
        parts_.checker.fail(
            fmt::format("p{} ended with {}: {}", id, static_cast<int>(stop.code), stop.why));
    }
    parts_.checker.on_stopped_in_order(id);
    check_counts(*one.process);
    one.was_parked = one.process->status().parked_at.has_value();
    // Who has put the configuration right starts it again, too.
    const auto restart_after = one.process->was_told_to_stop() ? one.restart_after : std::nullopt;
    parts_.queue.after(Duration::zero(), [this, id, worker, restart_after] {
        parts_.sockets.on_process_end(id, SocketNetwork::LastWords::said);
        retire(worker);
        if (restart_after) restart(worker, *restart_after);
    });
}

// What it says of itself, against what was seen of it.
void RoamingFleet::check_counts(const WorkerProcess& process) {
    const auto status = process.status();
    const auto counts = parts_.checker.counts_of(process.id());
    const bool is_right =
        status.forwarded == counts.forwarded && status.forwarded + status.duplicates == counts.read;
    if (is_right) return;
    parts_.checker.fail(fmt::format(
        "p{} read {} messages and forwarded {}, and says that it forwarded {} and "
        "dropped {}",
        process.id(), counts.read, counts.forwarded, status.forwarded, status.duplicates));
}

void RoamingFleet::perform(ProcessId process, conduitd::Action& action) {
    if (auto* const dial = std::get_if<conduitd::DialSession>(&action)) {
        parts_.sockets.dial(process, dial->key, dial->url);
    } else if (auto* const close = std::get_if<conduitd::CloseSession>(&action)) {
        parts_.sockets.close(process, close->key);
    } else if (auto* const abort = std::get_if<conduitd::AbortSession>(&action)) {
        parts_.sockets.abort(process, abort->key);
    } else if (auto* const send = std::get_if<conduitd::SendRequest>(&action)) {
        parts_.http.send(process, *send);
    } else if (const auto* const stop = std::get_if<conduitd::Stop>(&action)) {
        on_stopped(process, *stop);
    } else {
        perform_on_host(process, host_of(worker_of(process)), action);
    }
}

void RoamingFleet::perform_on_host(ProcessId id, FoundingHost& host, conduitd::Action& action) {
    if (std::holds_alternative<conduitd::LockHost>(action)) {
        host.conduit_lock.lock(id, [this, id] {
            WorkerProcess* const process = find(id);
            if (process == nullptr) return;
            process->receive([process] { process->on_host_locked(); });
        });
    } else if (std::holds_alternative<conduitd::UnlockHost>(action)) {
        host.conduit_lock.unlock(id);
    } else if (std::holds_alternative<conduitd::LockTokenCache>(action)) {
        host.token_lock.lock(id, [this, id, &host] {
            WorkerProcess* const process = find(id);
            if (process == nullptr) return;
            process->receive([process, &host] { process->on_token_cache_locked(host.token); });
        });
    } else if (std::holds_alternative<conduitd::UnlockTokenCache>(action)) {
        host.token_lock.unlock(id);
    } else if (const auto* const token = std::get_if<conduitd::StoreToken>(&action)) {
        host.token = token->token;
    } else if (const auto* const what = std::get_if<conduitd::RememberConduit>(&action)) {
        host.remembered[what->client_id] = what->conduit_id;
    }
}

void RoamingFleet::on_forwarded(ProcessId process, std::string_view frame) {
    parts_.checker.on_forwarded(process, frame);
}

void RoamingFleet::on_gap(ProcessId process, const conduitd::Gap& gap) {
    parts_.trace.add("worker", "p{} gap: {}, from {} ms ago", process, name_of(gap.reason),
                     (parts_.queue.now() - gap.since) / 1ms);
    handlers_.on_gap(gap);
}

// Written down for the process after it.
void RoamingFleet::on_state(ProcessId process, conduitd::WorkerState state, bool) {
    if (state != conduitd::WorkerState::holding) return;
    auto& one = workers_[worker_of(process)];
    const auto& home = one.process->home();
    if (!home.empty()) one.kept_shard = home.lowest();
}

WorkerProcess* RoamingFleet::find(ProcessId process) {
    if (process >= worker_of_.size()) return nullptr;
    WorkerProcess* const found = workers_[worker_of_[process]].process.get();
    return found != nullptr && found->id() == process ? found : nullptr;
}

bool RoamingFleet::is_at_work(unsigned worker) const {
    const auto& one = workers_[worker];
    return one.process && one.told_to_stop_at == conduitd::never && !one.process->is_suspended();
}

bool RoamingFleet::is_settled(unsigned worker) const {
    if (!is_at_work(worker)) return false;
    const auto state = workers_[worker].process->state();
    return state == conduitd::WorkerState::holding || state == conduitd::WorkerState::standby;
}

WorkerProcess* RoamingFleet::next_due() {
    WorkerProcess* soonest = nullptr;
    for (const auto& one : workers_) {
        WorkerProcess* const process = one.process.get();
        if (process == nullptr) continue;
        if (soonest == nullptr || process->deadline() < soonest->deadline()) soonest = process;
    }
    return soonest;
}

bool RoamingFleet::is_gone() const {
    return std::ranges::all_of(workers_, [](const OneWorker& one) { return !one.process; });
}

Coverage RoamingFleet::coverage() const {
    auto coverage = coverage_;
    for (const auto& one : workers_) {
        if (one.process) coverage.add(one.process->coverage());
    }
    return coverage;
}

}  // namespace simulation
