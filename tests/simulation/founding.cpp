#include "founding.hpp"

#include "addresses.hpp"
#include "checker.hpp"
#include "dice.hpp"
#include "event_queue.hpp"
#include "founding_hosts.hpp"
#include "founding_judge.hpp"
#include "founding_network.hpp"
#include "founding_plan.hpp"
#include "kept_state.hpp"
#include "twitch.hpp"
#include "worker_process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace simulation {
namespace {

using namespace std::chrono_literals;

// Behind the last start: a turn at the lock, a creation, what settles, and the calls between.
constexpr Duration settled_after = 10s;
constexpr Duration ready_after = 25s;
constexpr Duration stopped_after = 8s;
// Behind a deletion: the next look, the time in which it may come back, and the same as at a start.
constexpr Duration replaced_after = 3min;
constexpr unsigned steps_max = 100'000;

class Founding : public Surroundings {
public:
    Founding(std::uint64_t seed, Trace::Mode mode)
        : dice_(seed),
          plan_(dice_),
          queue_(TimePoint(1h)),
          trace_(mode, queue_, queue_.now()),
          twitch_(model_options(), queue_, trace_),
          checker_(RunClass::faulty, queue_, trace_),
          judge_(queue_, twitch_, checker_),
          network_({queue_, trace_, twitch_, judge_,
                    [this](ProcessId process) { return find(process); }},
                   plan_, dice_.seed()),
          workers_(plan_.workers) {
        for (unsigned i = 0; i < plan_.hosts; ++i) hosts_.emplace_back(queue_);
    }

    RunResult play() {
        if (plan_.conduits > 0) make_conduit();
        start_all();
        run_until_ready();
        if (!checker_.failure()) {
            stop_all();
            if (plan_.is_deleted_between) delete_conduit();
            judge_.forget_creations();
            is_second_ = true;
            start_all();
            run_until_ready();
        }
        if (!checker_.failure() && may_lose_conduit()) replace_conduit();
        return {checker_.failure(), {trace_.last().begin(), trace_.last().end()}, {}};
    }

private:
    struct OneWorker {
        std::unique_ptr<WorkerProcess> process;
        KeptState kept;
        std::optional<conduitd::Stop> stop;
    };

    twitch_sim::ModelOptions model_options() {
        twitch_sim::ModelOptions options;
        options.seed = dice_.seed();
        options.unbound_shards = dice_.chance(50) ? twitch_sim::Switches::UnboundShards::listed
                                                  : twitch_sim::Switches::UnboundShards::omitted;
        options.shards_per_page = static_cast<std::uint32_t>(dice_.between(1, 4));
        options.points_per_minute = 8'000;
        return options;
    }

    conduitd::WorkerOptions options_of(unsigned worker) {
        conduitd::WorkerOptions options;
        options.helix.endpoints = {id_url, helix_url};
        options.helix.client_id = twitch_.model().client_id();
        options.helix.client_secret = twitch_.model().client_secret();
        options.eventsub_url = eventsub_url;
        options.conduit = {.shard_count = plan_.workers,
                           .shards = {worker},
                           .may_grow = plan_.may_grow,
                           .may_recreate = plan_.may_recreate};
        options.helix.cached_token = host_of(worker).token;
        options.helix.is_cache_shared = true;
        options.remembered_conduits = host_of(worker).remembered;
        return options;
    }

    FoundingHost& host_of(unsigned worker) { return hosts_[worker % plan_.hosts]; }
    unsigned worker_of(ProcessId process) const { return process % plan_.workers; }
    WorkerProcess* find(ProcessId process) {
        const auto& one = workers_[worker_of(process)];
        const bool is_there = one.process && one.process->id() == process && !one.stop;
        return is_there ? one.process.get() : nullptr;
    }

    void make_conduit() {
        twitch_.call("POST", "/helix/eventsub/conduits", twitch_.make_token(),
                     fmt::format(R"({{"shard_count":{}}})", plan_.shards_there));
        network_.deliver_outputs();
    }

    void delete_conduit() {
        const auto& all = twitch_.world().conduits.all();
        if (all.empty()) return;
        twitch_.call("DELETE", "/helix/eventsub/conduits?id=" + all.front().id,
                     twitch_.make_token(), {});
        network_.deliver_outputs();
    }

    // Where it is known whose it is.
    [[nodiscard]] bool may_lose_conduit() const {
        return plan_.may_recreate && !judge_.is_tangled() &&
               twitch_.world().conduits.all().size() == 1;
    }

    // An operator deletes it while it is served: workers come upon that one by one.
    void replace_conduit() {
        const auto gone = twitch_.world().conduits.all().front().id;
        delete_conduit();
        run_until(queue_.now() + (plan_.is_disturbed ? 3 * replaced_after : replaced_after));
        if (checker_.failure()) return;
        for (const auto& one : workers_) {
            if (!one.stop && one.process->status().conduit_id == gone) {
                return checker_.fail("a conduit that is gone is served");
            }
        }
        const auto count = twitch_.world().conduits.all().size();
        const bool is_served = std::ranges::any_of(
            workers_, [](const OneWorker& one) { return one.process && !one.stop; });
        if (is_served && count != 1 && !judge_.is_tangled()) {
            return checker_.fail(fmt::format("there are {} conduits behind one", count));
        }
        judge_workers();
    }

    void start_all() {
        for (unsigned worker = 0; worker < plan_.workers; ++worker) {
            queue_.after(dice_.between(0ms, plan_.starts_within),
                         [this, worker] { start(worker); });
        }
        started_by_ = queue_.now() + plan_.starts_within;
    }

    void start(unsigned worker) {
        const auto id = static_cast<ProcessId>(worker + (is_second_ ? plan_.workers : 0));
        auto& one = workers_[worker];
        one.stop.reset();
        trace_.add("fleet", "p{} starts", id);
        one.process =
            std::make_unique<WorkerProcess>(WorkerProcess::Settings{.id = id,
                                                                    .index = worker,
                                                                    .seed = dice_.seed(),
                                                                    .worker = options_of(worker),
                                                                    .wall_offset = {},
                                                                    .epoch = {},
                                                                    .kept = one.kept},
                                            queue_, trace_, *this);
        one.process->start();
    }

    // A worker ends with this alone where its conduit is gone.
    [[nodiscard]] bool may_end(const conduitd::Stop& stop) const {
        const bool is_gone = is_second_ && plan_.is_deleted_between && !plan_.may_recreate;
        if (stop.code == conduitd::ExitCode::conduit_gone) return is_gone;
        return stop.code == conduitd::ExitCode::configuration &&
               (judge_.is_tangled() || is_out_of_range_);
    }

    void run_until_ready() {
        is_out_of_range_ =
            plan_.conduits > 0 && !plan_.may_grow && plan_.shards_there < plan_.workers;
        run_until(started_by_ + settled_after);
        if (checker_.failure()) return;
        const auto count = twitch_.world().conduits.all().size();
        if (count > 1 && !judge_.is_tangled() && !plan_.is_disturbed) {
            return checker_.fail(fmt::format("there are {} conduits", count));
        }
        run_until(started_by_ + (plan_.is_disturbed ? 3 * ready_after : ready_after));
        if (checker_.failure()) return;
        judge_workers();
        const bool is_same = is_second_ && !plan_.is_deleted_between;
        if (is_same && judge_.creations() > 0) checker_.fail("a conduit is made at a restart");
    }

    void judge_workers() {
        std::string served;
        for (const auto& one : workers_) {
            if (one.stop && may_end(*one.stop)) continue;
            if (one.stop) {
                return checker_.fail(fmt::format("a worker ended with {}: {}",
                                                 static_cast<int>(one.stop->code), one.stop->why));
            }
            const auto status = one.process->status();
            if (!is_serving(status.state)) {
                return checker_.fail(fmt::format("p{} serves no conduit", one.process->id()));
            }
            if (served.empty()) served = status.conduit_id;
            if (served != status.conduit_id && !judge_.is_tangled()) {
                return checker_.fail("workers serve several conduits");
            }
        }
    }

    static bool is_serving(conduitd::WorkerState state) {
        return state == conduitd::WorkerState::holding || state == conduitd::WorkerState::moving;
    }

    void stop_all() {
        for (auto& one : workers_) {
            if (one.process && !one.stop) one.process->stop();
        }
        run_until(queue_.now() + stopped_after);
        for (auto& one : workers_) {
            if (one.process) std::ignore = one.process->kill();
            one.process.reset();
        }
    }

    void run_until(TimePoint time) {
        for (unsigned steps = 0; !checker_.failure(); ++steps) {
            if (steps > steps_max) return checker_.fail("time stands still");
            WorkerProcess* due = nullptr;
            for (const auto& one : workers_) {
                if (!one.process || one.stop) continue;
                if (due == nullptr || one.process->deadline() < due->deadline()) {
                    due = one.process.get();
                }
            }
            const auto due_at = due != nullptr ? due->deadline() : conduitd::never;
            const auto at = std::min({queue_.deadline(), twitch_.deadline(), due_at});
            if (at > time) break;
            queue_.advance_to(at);
            if (queue_.deadline() <= at) {
                queue_.run_next();
            } else if (twitch_.deadline() <= at) {
                twitch_.on_deadline();
                network_.deliver_outputs();
            } else {
                due->on_deadline();
            }
        }
        queue_.advance_to(time);
    }

    void perform(ProcessId process, conduitd::Action& action) override {
        if (auto* const dial = std::get_if<conduitd::DialSession>(&action)) {
            network_.dial(process, *dial);
        } else if (auto* const close = std::get_if<conduitd::CloseSession>(&action)) {
            network_.leave(process, close->key);
        } else if (auto* const abort = std::get_if<conduitd::AbortSession>(&action)) {
            network_.leave(process, abort->key);
        } else if (auto* const send = std::get_if<conduitd::SendRequest>(&action)) {
            if (send->request.url.target == "/oauth2/token") on_token_request(process);
            network_.send(process, *send);
        } else if (const auto* const stop = std::get_if<conduitd::Stop>(&action)) {
            trace_.add("fleet", "p{} ends with {} {}", process, static_cast<int>(stop->code),
                       stop->why);
            workers_[worker_of(process)].stop = *stop;
        } else {
            perform_on_host(process, host_of(worker_of(process)), action);
        }
    }

    void perform_on_host(ProcessId process, FoundingHost& host, conduitd::Action& action) {
        if (std::holds_alternative<conduitd::LockHost>(action)) {
            host.conduit_lock.lock(process, [this, process] {
                network_.tell(process, [](WorkerProcess& one) { one.on_host_locked(); });
            });
        } else if (std::holds_alternative<conduitd::UnlockHost>(action)) {
            host.conduit_lock.unlock(process);
        } else if (std::holds_alternative<conduitd::LockTokenCache>(action)) {
            host.token_lock.lock(process, [this, process, &host] {
                network_.tell(process, [&host](WorkerProcess& one) {
                    one.on_token_cache_locked(host.token);
                });
            });
        } else if (std::holds_alternative<conduitd::UnlockTokenCache>(action)) {
            host.token_lock.unlock(process);
        } else if (const auto* const token = std::get_if<conduitd::StoreToken>(&action)) {
            host.token = token->token;
        } else if (const auto* const what = std::get_if<conduitd::RememberConduit>(&action)) {
            host.remembered[what->client_id] = what->conduit_id;
        }
    }

    // Tokens last for months.
    void on_token_request(ProcessId process) {
        if (++host_of(worker_of(process)).token_requests == 1) return;
        checker_.fail(fmt::format("p{} asks for a token though its host has one", process));
    }

    void on_forwarded(ProcessId, std::string_view) override {}
    void on_gap(ProcessId, const conduitd::Gap&) override {}
    void on_handover(ProcessId, const HandoverSums&) override {}
    void on_ready(ProcessId) override {}

    Dice dice_;
    FoundingPlan plan_;
    EventQueue queue_;
    Trace trace_;
    Twitch twitch_;
    Checker checker_;
    FoundingJudge judge_;
    FoundingNetwork network_;
    std::deque<FoundingHost> hosts_;
    std::vector<OneWorker> workers_;
    TimePoint started_by_{};
    bool is_second_ = false;
    bool is_out_of_range_ = false;
};

}  // namespace

RunResult found(std::uint64_t seed, Trace::Mode trace) {
    return Founding(seed, trace).play();
}

}  // namespace simulation
