#pragma once

#include "checker.hpp"
#include "claim_judge.hpp"
#include "conduct.hpp"
#include "demand_judge.hpp"
#include "dice.hpp"
#include "event_queue.hpp"
#include "false_gaps.hpp"
#include "gap_judge.hpp"
#include "http_network.hpp"
#include "plan.hpp"
#include "promptness.hpp"
#include "redial_judge.hpp"
#include "socket_network.hpp"
#include "strangers.hpp"
#include "totals.hpp"
#include "trace.hpp"
#include "worker_process.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

// The hosts that run one worker each: start, crash, suspend, stop and start again.
//
// The functions stand in several files: fleet.cpp (the life of processes), fleet_reports.cpp (what
// they do and say) and fleet_shards.cpp (where the shards are).
class Fleet : public Surroundings {
public:
    // So soon behind the first claim of a process its shards are read back (worker/look_plan.hpp),
    // if nothing was disturbed since its start, and nothing else happened meanwhile.
    static constexpr Duration read_back_limit = std::chrono::milliseconds(5'050);
    // What a worker has read of its shard this long ago it knows.
    static constexpr Duration listing_limit = std::chrono::seconds(10);

    struct Parts {
        const Plan& plan;
        EventQueue& queue;
        Trace& trace;
        Checker& checker;
        Conduct& conduct;
        GapJudge& gap_judge;
        FalseGaps& false_gaps;
        const RedialJudge& redial_judge;
        const Promptness& promptness;
        SocketNetwork& sockets;
        HttpNetwork& http;
        ClaimJudge& claim_judge;
        const Twitch& twitch;
    };
    Fleet(Parts parts, std::string conduit_id, std::uint64_t seed);

    void start(unsigned worker);
    void crash(unsigned worker, SocketNetwork::LastWords last_words, Duration restart_after);
    void suspend(unsigned worker, Duration length, WorkerProcess::First first);
    void rotate(unsigned worker);
    void shift_clock(unsigned worker, Duration by);
    // Without a restart the worker stays away.
    void stop(unsigned worker, std::optional<Duration> restart_after);
    // Once more, if it drains: it is to give up what it still reads.
    void stop_at_once(unsigned worker);

    [[nodiscard]] WorkerProcess* find(ProcessId process);
    [[nodiscard]] WorkerProcess* process_of(unsigned worker) {
        return hosts_[worker].process.get();
    }
    [[nodiscard]] unsigned worker_of(ProcessId process) const { return worker_of_[process]; }
    [[nodiscard]] std::size_t size() const { return hosts_.size(); }

    // Somebody else's session has the worker's shard: a worker that has been left in peace says so
    // after Plan::look_limit(), and does not take it back, for whatever session; but from a host,
    // by then.
    void check_notice(unsigned worker, const Strangers::Hold& hold);
    void check_claim(unsigned worker, std::string_view claim, const Strangers::Hold& hold);

    // The process whose deadline is soonest, or null.
    [[nodiscard]] WorkerProcess* next_due();

    // The workers of shards that Twitch does not have as enabled.
    [[nodiscard]] std::vector<unsigned> disabled_workers() const;
    // The shard that is not bound to a live session of its worker, in words; empty for none.
    [[nodiscard]] std::string unbound_shard();
    [[nodiscard]] bool is_gone() const;  // every worker, for good

    void add_to(Totals& totals) const;

private:
    struct Host {
        std::unique_ptr<WorkerProcess> process;  // null while there is none
        Duration wall_offset{};
        KeptState kept;
        std::optional<Duration> restart_after;  // of a process that was told to stop
        TimePoint told_to_stop_at = conduitd::never;
        bool is_told_twice = false;
        bool has_claimed = false;  // this process
    };

    void perform(ProcessId process, conduitd::Action& action) override;
    void on_forwarded(ProcessId process, std::string_view frame) override;
    void on_gap(ProcessId process, const conduitd::Gap& gap) override;
    void on_handover(ProcessId process, const HandoverSums& sums) override;
    void on_ready(ProcessId process) override;
    void on_state(ProcessId process, conduitd::WorkerState state, bool is_waiting) override;
    void lock_host(ProcessId process);
    void read_credentials(ProcessId process);
    void on_stopped(Host& host, const conduitd::Stop& stop);
    void check_counts(const Host& host);
    void check_read_back(ProcessId process, TimePoint ready_at);
    void retire(Host& host);
    void restart(unsigned worker, Duration after);
    [[nodiscard]] Host& host_of(ProcessId process);
    [[nodiscard]] unsigned index_of(const Host& host) const;
    [[nodiscard]] conduitd::WorkerOptions make_options(unsigned worker) const;
    [[nodiscard]] unsigned shard_count() const;
    [[nodiscard]] unsigned first_shard(unsigned worker) const;

    Parts parts_;
    std::string conduit_id_;  // empty: it is for the worker to make
    Dice dice_;
    std::vector<Host> hosts_;
    std::vector<unsigned> worker_of_;  // by process id
    DemandJudge demand_judge_;
    Coverage coverage_;
    std::uint64_t forwarded_ = 0;
};

}  // namespace simulation
