#include "fleet.hpp"

#include "addresses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace simulation {
namespace {

using namespace std::chrono_literals;

// After the order to stop, the worker's own limit is 6 s; its sockets' ends take no time.
constexpr Duration stop_limit = 7s;

}  // namespace

Fleet::Fleet(Parts parts, std::string conduit_id, std::uint64_t seed)
    : parts_(parts),
      conduit_id_(std::move(conduit_id)),
      dice_(seed),
      hosts_(parts.plan.workers),
      demand_judge_({parts.queue, parts.checker, parts.sockets, parts.http}, parts.plan.run_class,
                    parts.plan.workers) {
    for (Host& host : hosts_) {
        const bool is_off = parts.plan.run_class == RunClass::faulty && dice_.chance(20);
        if (is_off) host.wall_offset = dice_.between(Duration(-1h), Duration(1h));
    }
}

conduitd::WorkerOptions Fleet::make_options(unsigned worker) const {
    conduitd::WorkerOptions options;
    options.helix.endpoints = {id_url, helix_url};
    options.helix.client_id = parts_.twitch.model().client_id();
    options.helix.client_secret = parts_.twitch.model().client_secret();
    options.eventsub_url = eventsub_url;
    // Where shards leave their workers is another kind of run's affair.
    options.home.adopts = options.home.parks = false;
    const auto each = parts_.plan.shards_each;
    std::vector<std::uint32_t> shards(each);
    std::iota(shards.begin(), shards.end(), worker * each);
    options.conduit = {.id = conduit_id_,
                       .shard_count = shard_count(),
                       .shards = conduitd::ShardSet(std::move(shards))};
    return options;
}

void Fleet::start(unsigned worker) {
    Host& host = hosts_[worker];
    if (host.process) return;
    const auto id = static_cast<ProcessId>(worker_of_.size());
    worker_of_.push_back(worker);
    host.has_claimed = false;
    host.told_to_stop_at = conduitd::never;
    host.is_told_twice = false;
    demand_judge_.on_start(worker);
    parts_.trace.add("fleet", "p{} starts for worker {}", id, worker);
    auto options = make_options(worker);
    options.gap_before = host.kept.gap_before();
    options.remembered_conduits = host.kept.conduits();
    parts_.checker.on_start(id, worker);
    parts_.false_gaps.on_start(id, parts_.queue.now());
    host.process =
        std::make_unique<WorkerProcess>(WorkerProcess::Settings{.id = id,
                                                                .index = worker,
                                                                .seed = dice_.seed(),
                                                                .worker = std::move(options),
                                                                .wall_offset = host.wall_offset,
                                                                .epoch = parts_.plan.model.epoch,
                                                                .kept = host.kept},
                                        parts_.queue, parts_.trace, *this);
    host.process->start();
}

void Fleet::shift_clock(unsigned worker, Duration by) {
    Host& host = hosts_[worker];
    host.wall_offset += by;
    if (host.process) host.process->set_wall_offset(host.wall_offset);
}

void Fleet::restart(unsigned worker, Duration after) {
    parts_.queue.after(after, [this, worker] { start(worker); });
}

// The process is forgotten, and with it what it had not read.
void Fleet::retire(Host& host) {
    auto unread = host.process->kill();
    for (Task& task : unread) task();
    coverage_.add(host.process->coverage());
    host.process.reset();
}

void Fleet::crash(unsigned worker, SocketNetwork::LastWords last_words, Duration restart_after) {
    Host& host = hosts_[worker];
    if (!host.process || host.told_to_stop_at != conduitd::never) return;
    const bool may_be_creating = conduit_id_.empty() && !host.has_claimed;
    if (may_be_creating) return;
    const auto id = host.process->id();
    parts_.trace.add("fleet", "p{} crashes", id);
    parts_.checker.on_crashed(id);
    parts_.conduct.on_crashed(id);
    parts_.gap_judge.on_crash(worker, host.process->held_at(), parts_.queue.now());
    parts_.sockets.on_process_end(id, last_words);
    retire(host);
    restart(worker, restart_after);
}

void Fleet::suspend(unsigned worker, Duration length, WorkerProcess::First first) {
    Host& host = hosts_[worker];
    if (!host.process || host.process->is_suspended()) return;
    if (host.told_to_stop_at != conduitd::never) return;
    const auto id = host.process->id();
    parts_.trace.add("fleet", "p{} is suspended for {} ms", id, length / 1ms);
    parts_.conduct.on_suspended(id, parts_.queue.now() + length);
    parts_.gap_judge.on_suspended(worker, parts_.queue.now(), parts_.queue.now() + length);
    host.process->suspend(parts_.queue.now() + length);
    parts_.queue.after(length, [this, id, first] {
        WorkerProcess* const process = find(id);
        if (process == nullptr) return;
        parts_.trace.add("fleet", "p{} runs again", id);
        process->resume(first);
    });
}

// One that holds its shard dials at once, unless there were so many losses that dials are paced, or
// it has no token to claim another session with.
void Fleet::rotate(unsigned worker) {
    Host& host = hosts_[worker];
    if (!host.process) return;
    const auto dials = demand_judge_.fresh_dials(worker);
    const bool is_due = host.process->state() == conduitd::WorkerState::holding &&
                        !host.process->is_suspended() &&
                        !parts_.redial_judge.may_be_short(host.process->id()) &&
                        parts_.promptness.has_token(host.process->id());
    demand_judge_.on_rotation(worker);
    host.process->rotate();
    if (is_due && demand_judge_.fresh_dials(worker) == dials) {
        parts_.checker.fail(
            fmt::format("p{} was asked for a fresh session and dials none", host.process->id()));
    }
}

void Fleet::stop(unsigned worker, std::optional<Duration> restart_after) {
    Host& host = hosts_[worker];
    if (!host.process || host.told_to_stop_at != conduitd::never) return;
    const bool may_be_creating = conduit_id_.empty() && !host.has_claimed;
    if (may_be_creating && restart_after) return;
    const auto id = host.process->id();
    parts_.trace.add("fleet", "p{} is told to stop", id);
    parts_.conduct.on_told_to_stop(id);
    parts_.checker.on_told_to_stop(id);
    parts_.gap_judge.on_told_to_stop(worker, parts_.queue.now(), parts_.plan.delay_max);
    host.restart_after = restart_after;
    host.told_to_stop_at = parts_.queue.now();
    host.process->stop();
    // A suspended process gets to know it later.
    const auto known_at = std::max(parts_.queue.now(), host.process->suspended_until());
    parts_.queue.at(known_at + stop_limit, [this, id] {
        if (find(id) == nullptr) return;
        parts_.checker.fail(fmt::format("p{} has not stopped within {} s", id, stop_limit / 1s));
    });
}

void Fleet::stop_at_once(unsigned worker) {
    Host& host = hosts_[worker];
    if (!host.process || host.told_to_stop_at == conduitd::never) return;
    const auto id = host.process->id();
    parts_.trace.add("fleet", "p{} is told to stop at once", id);
    parts_.checker.on_told_to_stop_at_once(id);
    host.is_told_twice = true;
    host.process->stop();
}

void Fleet::on_stopped(Host& host, const conduitd::Stop& stop) {
    const auto id = host.process->id();
    parts_.trace.add("fleet", "p{} ends with {} {}", id, static_cast<int>(stop.code), stop.why);
    const bool is_asked = host.process->was_told_to_stop();
    // A slow network may take more time than a stop has.
    const bool is_cut_short = is_asked && stop.code == conduitd::ExitCode::try_again_later &&
                              (host.is_told_twice || parts_.sockets.is_slow(id));
    const bool is_refused = stop.code == conduitd::ExitCode::credentials_refused &&
                            !host.has_claimed && parts_.http.was_refused(id);
    // Refused, it may end by itself before it knows of the order.
    const bool is_drained = stop.code == conduitd::ExitCode::drained;
    if (is_asked && !is_drained && !is_cut_short && !is_refused) {
        parts_.checker.fail(fmt::format("p{} ended with {}", id, static_cast<int>(stop.code)));
    }
    if (!is_asked && !is_refused) {
        parts_.checker.fail(fmt::format(
            "p{} ended {}: {}", id,
            host.has_claimed ? "by itself after its first claim" : "for no reason", stop.why));
    }
    parts_.checker.on_stopped_in_order(id);
    check_counts(host);
    if (is_drained) parts_.conduct.on_drained(id);
    if (is_drained && parts_.sockets.has_unended(id)) {
        parts_.checker.fail(fmt::format("p{} says that it has drained, and has sessions", id));
    }
    const auto worker = index_of(host);
    parts_.gap_judge.on_end(worker, parts_.queue.now());
    // Somebody looks into it, if it ended by itself.
    const auto restart_after = is_asked ? host.restart_after : std::optional<Duration>(5s);
    parts_.queue.after(Duration::zero(), [this, id, worker, restart_after] {
        parts_.sockets.on_process_end(id, SocketNetwork::LastWords::said);
        retire(hosts_[worker]);
        if (restart_after) restart(worker, *restart_after);
    });
}

WorkerProcess* Fleet::find(ProcessId process) {
    if (process >= worker_of_.size()) return nullptr;
    WorkerProcess* const found = hosts_[worker_of_[process]].process.get();
    return found != nullptr && found->id() == process ? found : nullptr;
}

WorkerProcess* Fleet::next_due() {
    WorkerProcess* soonest = nullptr;
    for (const Host& host : hosts_) {
        WorkerProcess* const process = host.process.get();
        if (process == nullptr) continue;
        if (soonest == nullptr || process->deadline() < soonest->deadline()) soonest = process;
    }
    return soonest;
}

bool Fleet::is_gone() const {
    return std::ranges::all_of(hosts_, [](const Host& host) { return host.process == nullptr; });
}

void Fleet::add_to(Totals& totals) const {
    totals.forwarded += forwarded_;
    totals.coverage.add(coverage_);
    demand_judge_.add_to(totals);
    for (const Host& host : hosts_) {
        if (host.process) totals.coverage.add(host.process->coverage());
    }
}

Fleet::Host& Fleet::host_of(ProcessId process) {
    return hosts_[worker_of_[process]];
}

unsigned Fleet::index_of(const Host& host) const {
    return static_cast<unsigned>(&host - hosts_.data());
}

}  // namespace simulation
