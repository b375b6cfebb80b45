#pragma once

#include "checker.hpp"
#include "dice.hpp"
#include "event_queue.hpp"
#include "founding_hosts.hpp"
#include "http_network.hpp"
#include "kept_state.hpp"
#include "roaming_plan.hpp"
#include "socket_network.hpp"
#include "trace.hpp"
#include "worker_process.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

// Workers whose shards move, and the hosts that they share: start, crash, suspend, stop, and start
// again.
class RoamingFleet : public Surroundings {
public:
    struct Parts {
        const RoamingPlan& plan;
        EventQueue& queue;
        Trace& trace;
        Checker& checker;
        SocketNetwork& sockets;
        HttpNetwork& http;
        const Twitch& twitch;
    };
    RoamingFleet(Parts parts, std::string conduit_id, std::uint64_t seed);

    // A worker tells of a gap, crashes, or starts. Set once, before anything else.
    struct Handlers {
        std::function<void(const conduitd::Gap&)> on_gap;
        // By a crash, or for good. What it had not read, it may not have read since then.
        std::function<void(TimePoint unread_since)> on_end;
        std::function<void(unsigned worker)> on_start;
    };
    void set_handlers(Handlers handlers) { handlers_ = std::move(handlers); }

    // None of these does anything to a worker that is not there, or is told to stop already.
    void start(unsigned worker);
    void crash(unsigned worker, SocketNetwork::LastWords last_words,
               std::optional<Duration> restart_after);
    void suspend(unsigned worker, Duration length, WorkerProcess::First first);
    void stop(unsigned worker, std::optional<Duration> restart_after);

    // Twitch tells a process how many shards the conduit has.
    void on_count_told(ProcessId process);

    [[nodiscard]] WorkerProcess* find(ProcessId process);
    [[nodiscard]] const WorkerProcess* process_of(unsigned worker) const {
        return workers_[worker].process.get();
    }
    [[nodiscard]] unsigned worker_of(ProcessId process) const { return worker_of_[process]; }
    [[nodiscard]] unsigned size() const { return static_cast<unsigned>(workers_.size()); }
    [[nodiscard]] const RoamingWorker& plan_of(unsigned worker) const {
        return parts_.plan.workers[worker];
    }
    // When its process was told to stop; never if it was not, or there is none.
    [[nodiscard]] TimePoint told_to_stop_at(unsigned worker) const {
        return workers_[worker].told_to_stop_at;
    }
    // A process that runs and was not told to stop.
    [[nodiscard]] bool is_at_work(unsigned worker) const;
    // One that is at work, and has what it can have.
    [[nodiscard]] bool is_settled(unsigned worker) const;

    // The process whose deadline is soonest, or null.
    [[nodiscard]] WorkerProcess* next_due();
    [[nodiscard]] bool is_gone() const;
    [[nodiscard]] Coverage coverage() const;

private:
    struct OneWorker {
        std::unique_ptr<WorkerProcess> process;  // null while there is none
        KeptState kept;
        std::optional<std::uint32_t> kept_shard;  // the lowest that it had last
        bool was_parked = false;                  // by the process before
        std::optional<Duration> restart_after;
        TimePoint told_to_stop_at = conduitd::never;
        TimePoint slept_since{};  // its process, when it last was suspended
        TimePoint awake_at = TimePoint::min();
        std::uint32_t count_told = UINT32_MAX;  // that its process was told last
    };

    void perform(ProcessId process, conduitd::Action& action) override;
    void perform_on_host(ProcessId process, FoundingHost& host, conduitd::Action& action);
    void on_forwarded(ProcessId process, std::string_view frame) override;
    void on_gap(ProcessId process, const conduitd::Gap& gap) override;
    void on_handover(ProcessId, const HandoverSums&) override {}
    void on_ready(ProcessId) override {}
    void on_state(ProcessId process, conduitd::WorkerState state, bool is_waiting) override;
    void on_stopped(ProcessId process, const conduitd::Stop& stop);
    [[nodiscard]] bool may_end_so(ProcessId process, const conduitd::Stop& stop) const;
    void check_counts(const WorkerProcess& process);
    [[nodiscard]] TimePoint unread_since(unsigned worker) const;
    void leave_host(ProcessId process);
    void retire(unsigned worker);
    void restart(unsigned worker, Duration after);
    [[nodiscard]] FoundingHost& host_of(unsigned worker) {
        return hosts_[parts_.plan.workers[worker].host];
    }
    [[nodiscard]] conduitd::WorkerOptions make_options(unsigned worker);

    Parts parts_;
    std::string conduit_id_;
    Dice dice_;
    Handlers handlers_;
    std::deque<FoundingHost> hosts_;
    std::vector<OneWorker> workers_;
    std::vector<unsigned> worker_of_;  // by process id
    Coverage coverage_;                // of the processes that are gone
};

}  // namespace simulation
