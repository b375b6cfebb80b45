#include "fleet.hpp"

#include "base/url.hpp"
#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {
namespace {

using namespace std::chrono_literals;
using conduitd::Url;

// After the order to stop, the worker's own limit is 6 s; its sockets' ends take no time.
constexpr Duration stop_limit = 7s;

const Url id_url = *conduitd::parse_url("https://id.example");
const Url helix_url = *conduitd::parse_url("https://api.example/helix");
const Url eventsub_url = *conduitd::parse_url("wss://eventsub.example/ws");

}  // namespace

Fleet::Fleet(Parts parts, std::string conduit_id, std::uint64_t seed)
    : parts_(parts), conduit_id_(std::move(conduit_id)), dice_(seed), hosts_(parts.plan.workers) {
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
    options.conduit = {conduit_id_, static_cast<std::uint32_t>(hosts_.size()), {worker}};
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
    host.fresh_dials = host.rotations = 0;
    host.token_calls = {};
    parts_.trace.add("fleet", "p{} starts for shard {}", id, worker);
    auto options = make_options(worker);
    options.gap_before = host.kept.gap_before();
    parts_.checker.on_start(id, worker);
    parts_.false_gaps.on_start(id, parts_.queue.now());
    host.process =
        std::make_unique<WorkerProcess>(WorkerProcess::Settings{.id = id,
                                                                .seed = dice_.seed(),
                                                                .worker = std::move(options),
                                                                .wall_offset = host.wall_offset,
                                                                .epoch = parts_.plan.model.epoch,
                                                                .kept = host.kept},
                                        parts_.queue, parts_.trace, *this);
    host.process->start();
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
    host.process->suspend(parts_.queue.now() + length);
    parts_.queue.after(length, [this, id, first] {
        WorkerProcess* const process = find(id);
        if (process == nullptr) return;
        parts_.trace.add("fleet", "p{} runs again", id);
        process->resume(first);
    });
}

// One that holds its shard dials at once, unless there were so many losses that dials are paced.
void Fleet::rotate(unsigned worker) {
    Host& host = hosts_[worker];
    if (!host.process) return;
    const auto dials = host.fresh_dials;
    const bool is_due = host.process->state() == conduitd::WorkerState::holding &&
                        !host.process->is_suspended() && dials < Promptness::dials_at_once_max;
    ++host.rotations;
    host.process->rotate();
    if (is_due && host.fresh_dials == dials) {
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

void Fleet::perform(ProcessId process, conduitd::Action& action) {
    Host& host = host_of(process);
    if (auto* const dial = std::get_if<conduitd::DialSession>(&action)) {
        check_dial(host, process, *dial);
        parts_.sockets.dial(process, dial->key, dial->url);
    } else if (auto* const close = std::get_if<conduitd::CloseSession>(&action)) {
        parts_.sockets.close(process, close->key);
    } else if (auto* const abort = std::get_if<conduitd::AbortSession>(&action)) {
        parts_.sockets.abort(process, abort->key);
    } else if (auto* const send = std::get_if<conduitd::SendRequest>(&action)) {
        check_call(host, process, send->request);
        parts_.http.send(process, *send);
    } else if (std::holds_alternative<conduitd::ReadCredentials>(action)) {
        read_credentials(process);
    } else if (auto* const stop = std::get_if<conduitd::Stop>(&action)) {
        on_stopped(host, *stop);
    }
}

// In a planned run there is no other reason for a fresh session than the start, a rotation, and a
// reconnect URL that another one has made useless.
void Fleet::check_dial(Host& host, ProcessId process, const conduitd::DialSession& dial) {
    ++dials_;
    const auto now = parts_.queue.now();
    const auto claims = parts_.http.claims_answered(process);
    const bool is_replacement = std::exchange(host.claims_at_dial, claims) != claims;
    const bool is_too_often = is_replacement
                                  ? host.replacements.note(now) > replacements_a_minute_max
                                  : host.dials.note(now) > dials_a_minute_max;
    if (is_too_often) parts_.checker.fail(fmt::format("p{} dials too often", process));
    if (dial.url.target != eventsub_url.target) return;
    const bool is_planned = parts_.plan.run_class == RunClass::planned;
    const bool is_asked = ++host.fresh_dials <= 1 + host.rotations;
    if (is_planned && !is_asked &&
        host.fresh_dials > 1 + host.rotations + parts_.sockets.refusals(process)) {
        parts_.checker.fail(fmt::format("p{} dials a fresh session for no reason", process));
    }
}

void Fleet::check_call(Host& host, ProcessId process, const conduitd::HttpRequest& request) {
    ++helix_calls_;
    const auto now = parts_.queue.now();
    const bool is_of_token = request.url.target.starts_with("/oauth2/");
    if (host.helix_calls.note(now) > helix_calls_a_minute_max ||
        (is_of_token && host.token_calls.note(now) > token_calls_a_minute_max)) {
        parts_.checker.fail(fmt::format("p{} calls too often", process));
    }
}

void Fleet::on_forwarded(ProcessId process, std::string_view frame) {
    ++forwarded_;
    parts_.checker.on_forwarded(process, frame);
}

void Fleet::on_gap(ProcessId process, const conduitd::Gap& gap) {
    parts_.trace.add("worker", "p{} gap: {}, from {} ms ago", process, name_of(gap.reason),
                     (parts_.queue.now() - gap.since) / 1ms);
    parts_.gap_judge.on_gap(worker_of(process), gap, parts_.queue.now());
    const auto ending = host_of(process).process->ending();
    if (const auto objection = parts_.false_gaps.judge(process, gap, ending, parts_.queue.now())) {
        parts_.checker.fail(fmt::format("p{} tells of a gap ({}) that {}", process,
                                        name_of(gap.reason), *objection));
    }
}

void Fleet::read_credentials(ProcessId id) {
    parts_.queue.after(1ms, [this, id] {
        WorkerProcess* const process = find(id);
        if (process != nullptr) process->receive([process] { process->on_credentials(); });
    });
}

void Fleet::on_handover(ProcessId process, const HandoverSums& sums) {
    if (sums.read != sums.forwarded + sums.duplicates) {
        parts_.checker.fail(fmt::format("the sums of a handover of p{} do not balance", process));
    }
    if (sums.unbound_ms > 0 && parts_.plan.run_class == RunClass::planned) {
        parts_.checker.fail(fmt::format("p{} was unbound in a planned handover", process));
    }
}

// What it says of itself, against what was seen of it.
void Fleet::check_counts(const Host& host) {
    const auto id = host.process->id();
    const auto status = host.process->status();
    const auto counts = parts_.checker.counts_of(id);
    if (status.forwarded == counts.forwarded &&
        status.forwarded + status.duplicates == counts.read) {
        return;
    }
    parts_.checker.fail(fmt::format(
        "p{} read {} messages and forwarded {}, and says that it forwarded {} and dropped {}", id,
        counts.read, counts.forwarded, status.forwarded, status.duplicates));
}

void Fleet::on_ready(ProcessId process) {
    host_of(process).has_claimed = true;
    parts_.gap_judge.on_ready(worker_of(process), parts_.queue.now());
}

void Fleet::check_notice(unsigned worker, const Strangers::Hold& hold) {
    const Host& host = hosts_[worker];
    const bool is_stopping = host.told_to_stop_at != conduitd::never;
    if (hold.since == conduitd::never || !host.process || is_stopping) return;
    const auto id = host.process->id();
    if (host.process->status().held_by == hold.session_id) {
        parts_.gap_judge.on_noticed(worker);
        return;
    }
    const auto known_by =
        std::max({hold.since, host.process->unsettled_at(), parts_.http.disturbed_at(id)}) +
        notice_limit;
    if (known_by > parts_.queue.now() || host.process->is_suspended()) return;
    parts_.checker.fail(
        fmt::format("p{} does not say that somebody else has shard {}", id, worker));
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

std::vector<unsigned> Fleet::disabled_shards() const {
    std::vector<unsigned> disabled;
    for (const auto& conduit : parts_.twitch.world().conduits.all()) {
        for (unsigned worker = 0; worker < hosts_.size(); ++worker) {
            const auto shard = conduit.shards.find(worker);
            const bool is_enabled = shard != conduit.shards.end() &&
                                    shard->second.status == twitch_sim::ShardStatus::enabled;
            if (!is_enabled) disabled.push_back(worker);
        }
    }
    return disabled;
}

std::string Fleet::unbound_shard() {
    const auto& world = parts_.twitch.world();
    const auto& conduits = world.conduits.all();
    if (conduits.size() != 1) return fmt::format("there are {} conduits", conduits.size());
    for (unsigned worker = 0; worker < hosts_.size(); ++worker) {
        const auto shard = conduits.front().shards.find(worker);
        if (shard == conduits.front().shards.end()) return fmt::format("shard {} is new", worker);
        if (shard->second.status != twitch_sim::ShardStatus::enabled) {
            return fmt::format("shard {} is {}", worker, name_of(shard->second.status));
        }
        const auto& sessions = world.sessions.all();
        const auto session = sessions.find(shard->second.session_id);
        if (session == sessions.end()) return fmt::format("shard {} has no session", worker);
        const auto* const process = hosts_[worker].process.get();
        const auto is_read = [&](SocketId socket) {
            return process != nullptr && parts_.sockets.is_read_by(socket, process->id());
        };
        // The socket that the session is moving to counts as well.
        if (!is_read(session->second.carrier) && !is_read(session->second.successor.value_or(0))) {
            return fmt::format("nobody reads the session of shard {}", worker);
        }
    }
    return {};
}

bool Fleet::is_gone() const {
    return std::ranges::all_of(hosts_, [](const Host& host) { return host.process == nullptr; });
}

void Fleet::add_to(Totals& totals) const {
    totals.forwarded += forwarded_;
    totals.dials += dials_;
    totals.helix_calls += helix_calls_;
    totals.coverage.add(coverage_);
    for (const Host& host : hosts_) {
        totals.dials_a_minute_max =
            std::max<std::uint64_t>(totals.dials_a_minute_max, host.dials.most());
        totals.token_calls_a_minute_max =
            std::max<std::uint64_t>(totals.token_calls_a_minute_max, host.token_calls.most());
        totals.helix_calls_a_minute_max =
            std::max<std::uint64_t>(totals.helix_calls_a_minute_max, host.helix_calls.most());
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
