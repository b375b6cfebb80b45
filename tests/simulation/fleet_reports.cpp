#include "fleet.hpp"

#include <fmt/format.h>

#include <variant>

// What processes do and say: carried to the network, and to the judges.
namespace simulation {

using namespace std::chrono_literals;

void Fleet::perform(ProcessId process, conduitd::Action& action) {
    if (auto* const dial = std::get_if<conduitd::DialSession>(&action)) {
        demand_judge_.on_dial(worker_of(process), process, dial->url);
        parts_.sockets.dial(process, dial->key, dial->url);
    } else if (auto* const close = std::get_if<conduitd::CloseSession>(&action)) {
        parts_.sockets.close(process, close->key);
    } else if (auto* const abort = std::get_if<conduitd::AbortSession>(&action)) {
        parts_.sockets.abort(process, abort->key);
    } else if (auto* const send = std::get_if<conduitd::SendRequest>(&action)) {
        demand_judge_.on_call(worker_of(process), process, send->request);
        parts_.http.send(process, *send);
    } else if (std::holds_alternative<conduitd::LockHost>(action)) {
        lock_host(process);
    } else if (std::holds_alternative<conduitd::ReadCredentials>(action)) {
        read_credentials(process);
    } else if (const auto* const what = std::get_if<conduitd::RememberConduit>(&action)) {
        host_of(process).kept.remember_conduit(what->client_id, what->conduit_id);
    } else if (auto* const stop = std::get_if<conduitd::Stop>(&action)) {
        on_stopped(host_of(process), *stop);
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

// Each worker has a host of its own.
void Fleet::lock_host(ProcessId id) {
    parts_.queue.after(1ms, [this, id] {
        WorkerProcess* const process = find(id);
        if (process != nullptr) process->receive([process] { process->on_host_locked(); });
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

void Fleet::on_state(ProcessId process, conduitd::WorkerState state, bool is_waiting) {
    parts_.conduct.on_standing_by(process, state == conduitd::WorkerState::standby);
    const bool has_all =
        state == conduitd::WorkerState::holding || state == conduitd::WorkerState::moving;
    if (is_waiting || has_all)
        parts_.gap_judge.on_waiting(worker_of(process), is_waiting, parts_.queue.now());
}

void Fleet::on_ready(ProcessId process) {
    host_of(process).has_claimed = true;
    parts_.gap_judge.on_ready(worker_of(process), parts_.queue.now());
    parts_.queue.after(read_back_limit, [this, process, now = parts_.queue.now()] {
        check_read_back(process, now);
    });
}

void Fleet::check_read_back(ProcessId id, TimePoint ready_at) {
    const WorkerProcess* const process = find(id);
    if (process == nullptr || process->was_told_to_stop() || process->is_suspended()) return;
    const bool is_undisturbed = parts_.http.disturbed_at(id) == TimePoint::min() &&
                                process->state() == conduitd::WorkerState::holding &&
                                process->unsettled_at() <= ready_at;
    // A claim behind the first is looked for once it must have arrived.
    const bool is_claimed_again = parts_.http.claimed_at(id) > ready_at;
    if (!is_undisturbed || is_claimed_again || parts_.http.looked_at(id) >= ready_at) return;
    parts_.checker.fail(fmt::format("p{} does not read back what it has claimed", id));
}

}  // namespace simulation
