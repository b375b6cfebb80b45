#include "run.hpp"

#include "checker.hpp"
#include "claim_judge.hpp"
#include "conduct.hpp"
#include "dice.hpp"
#include "false_gaps.hpp"
#include "fleet.hpp"
#include "founding.hpp"
#include "frame_text.hpp"
#include "gap_judge.hpp"
#include "http_network.hpp"
#include "injector.hpp"
#include "plan.hpp"
#include "promptness.hpp"
#include "redial_judge.hpp"
#include "roaming.hpp"
#include "socket_network.hpp"
#include "strangers.hpp"
#include "token_judge.hpp"
#include "twitch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace simulation {
namespace {

using namespace std::chrono_literals;

// So many things may happen at one moment; more are a livelock.
constexpr unsigned steps_at_once_max = 2'000;
// What is judged by the time that it takes is looked at so often.
constexpr Duration watch_period = 2s;
// A worker waits so long beyond the keepalive timeout.
constexpr Duration watchdog_margin = 1s;
// When all shards have been bound for so long after the last fault, there is little more to be
// seen. A run is to have ten minutes and 500 notifications on average.
constexpr Duration calm_period = 260s;
// After the order to stop everything is over within this.
constexpr Duration end_limit = 12s;

// Of so many of the seeds, where there are thousands (Playing::usual).
constexpr unsigned founding_percent = 10;
constexpr unsigned roaming_percent = 2;

class Run {
public:
    Run(std::uint64_t seed, Trace::Mode mode)
        : plan_(make_plan(seed)),
          queue_(plan_.begins),
          trace_(mode, queue_, plan_.begins),
          twitch_(plan_.model, queue_, trace_),
          checker_(plan_.run_class, queue_, trace_),
          conduct_(queue_, twitch_, checker_),
          redial_judge_(queue_, conduct_, checker_),
          promptness_(queue_, conduct_, redial_judge_, checker_),
          claim_judge_({queue_, conduct_, promptness_, checker_}),
          token_judge_(queue_, checker_),
          gap_judge_(plan_.workers, {.overlap = plan_.model.overlap,
                                     .silence = plan_.model.keepalive_default + watchdog_margin}),
          seeds_(~seed),
          sockets_({queue_, trace_, twitch_, checker_, conduct_, promptness_, claim_judge_,
                    gap_judge_, false_gaps_, finder()},
                   seeds_.seed(), plan_.delay_max),
          strangers_({queue_, trace_, twitch_, sockets_, plan_}),
          http_({queue_, trace_, twitch_, conduct_, promptness_, claim_judge_, token_judge_,
                 false_gaps_, finder()},
                seeds_.seed(), plan_.delay_max),
          fleet_({plan_, queue_, trace_, checker_, conduct_, gap_judge_, false_gaps_, redial_judge_,
                  promptness_, sockets_, http_, claim_judge_, twitch_},
                 make_conduit(), seeds_.seed()),
          injector_({plan_, queue_, trace_, twitch_, checker_, gap_judge_, sockets_, http_,
                     strangers_, fleet_, totals_},
                    seeds_.seed()) {}

    RunResult play();

private:
    FindProcess finder() {
        return [this](ProcessId process) { return fleet_.find(process); };
    }
    std::string make_conduit();
    void schedule();
    void end();
    [[nodiscard]] TimePoint bound_by() const;
    void watch();
    void step();
    void count_step();
    void check_planned();
    void on_claim_sent(ProcessId process, std::string_view body);
    void on_claim_effect(ProcessId process);
    void on_claim_answer(ProcessId process);
    [[nodiscard]] TimePoint emission_at() const;
    void emit();
    void on_astray(unsigned worker);
    void emit(unsigned count);
    void check_gaps();

    Plan plan_;
    Totals totals_;
    EventQueue queue_;
    Trace trace_;
    Twitch twitch_;
    Checker checker_;
    Conduct conduct_;
    RedialJudge redial_judge_;
    Promptness promptness_;
    ClaimJudge claim_judge_;
    TokenJudge token_judge_;
    GapJudge gap_judge_;
    FalseGaps false_gaps_;
    Dice seeds_;
    SocketNetwork sockets_;
    Strangers strangers_;
    HttpNetwork http_;
    Fleet fleet_;
    Injector injector_;
    std::size_t next_emission_ = 0;
    TimePoint step_time_ = TimePoint::min();
    unsigned steps_at_once_ = 0;
    bool is_ending_ = false;
    bool is_over_ = false;
    TimePoint unbound_at_ = TimePoint::min();  // seen last
    TimePoint unbound_since_ = conduitd::never;
};

// Its owner makes the conduit, unless a worker is to do that.
std::string Run::make_conduit() {
    twitch_.set_output_handler([this](twitch_sim::Output& output) {
        if (!strangers_.on_output(output)) sockets_.on_output(output);
    });
    http_.set_claim_handlers(
        {.on_sent = [this](ProcessId process,
                           std::string_view body) { on_claim_sent(process, body); },
         .on_effect = [this](ProcessId process) { on_claim_effect(process); },
         .on_answer = [this](ProcessId process) { on_claim_answer(process); }});
    strangers_.set_arrival_handler([this](unsigned worker) { on_astray(worker); });
    if (!plan_.has_conduit) return {};
    const auto made = twitch_.call(
        "POST", "/helix/eventsub/conduits", twitch_.make_token(),
        fmt::format(R"({{"shard_count":{}}})", plan_.shard_count() + (plan_.has_spare ? 1 : 0)));
    return std::string(text_after(made.body, R"("id":")"));
}

void Run::schedule() {
    const bool is_faulty = plan_.run_class == RunClass::faulty;
    if (const auto lifetime = plan_.token_lifetime) {
        twitch_.order("/sim/token",
                      fmt::format(R"({{"action":"set_lifetime","seconds":{}}})", *lifetime / 1s));
    }
    if (is_faulty && seeds_.chance(30)) injector_.disturb_start();
    for (unsigned worker = 0; worker < fleet_.size(); ++worker) {
        queue_.after(seeds_.between(0ms, 1000ms), [this, worker] { fleet_.start(worker); });
    }
    for (const Fault& fault : plan_.faults) {
        if (fault.at >= plan_.faults_end) continue;
        queue_.at(fault.at, [this, fault] { injector_.inject(fault); });
    }
    queue_.at(plan_.faults_end, [this] { injector_.end_faults(); });
    queue_.at(plan_.ends, [this] { end(); });
    watch();
}

void Run::end() {
    if (std::exchange(is_ending_, true)) return;
    plan_.ends = queue_.now();
    queue_.after(end_limit, [this] { is_over_ = true; });
    for (unsigned worker = 0; worker < fleet_.size(); ++worker) fleet_.stop(worker, std::nullopt);
}

void Run::on_claim_sent(ProcessId process, std::string_view body) {
    const auto worker = fleet_.worker_of(process);
    fleet_.check_claim(worker, body, strangers_.hold_of(worker));
}

// One of a process that is gone takes the shard from the process after it.
void Run::on_claim_effect(ProcessId process) {
    const auto worker = fleet_.worker_of(process);
    const WorkerProcess* const present = fleet_.process_of(worker);
    if (present == nullptr) return;
    if (present->id() == process) {
        if (!strangers_.hold_of(worker).session_id.empty()) return;  // of the others alone
        false_gaps_.on_claim_effect(process, queue_.now());
        gap_judge_.on_retaken(worker, queue_.now());
    } else {
        on_astray(worker);
    }
}

void Run::on_claim_answer(ProcessId process) {
    strangers_.on_claimed(fleet_.worker_of(process));
    injector_.on_claimed(process);
}

void Run::emit() {
    check_planned();
    const unsigned count = plan_.emissions[next_emission_++].count;
    emit(count);
    if (plan_.run_class == RunClass::faulty && seeds_.chance(2)) injector_.repeat_message();
}

TimePoint Run::emission_at() const {
    if (next_emission_ >= plan_.emissions.size()) return conduitd::never;
    const auto at = plan_.emissions[next_emission_].at;
    return at <= plan_.ends + 1s ? at : conduitd::never;
}

void Run::on_astray(unsigned worker) {
    gap_judge_.on_astray(worker, queue_.now());
    const WorkerProcess* const present = fleet_.process_of(worker);
    if (present != nullptr) false_gaps_.on_doubt(present->id());
}

void Run::emit(unsigned count) {
    const auto dropped = twitch_.world().ledger.totals().dropped;
    twitch_.emit(count);
    if (twitch_.world().ledger.totals().dropped == dropped) return;
    for (const auto worker : fleet_.disabled_workers()) {
        gap_judge_.on_missing(worker, GapJudge::Kind::dropped, queue_.now(),
                              "Twitch dropped a message");
    }
}

// What no process has read, on whatever connection, lies in a gap that was told. Not so what a
// session swallowed that was stalled, and went on or moved before the watchdog barked: nothing
// tells of it.
void Run::check_gaps() {
    if (plan_.run_class == RunClass::planned && gap_judge_.has_gaps()) {
        checker_.fail("a gap was told in a planned run");
    }
    const auto epoch = plan_.model.epoch;
    twitch_.world().ledger.for_each_lost(
        [&](unsigned shard, conduitd::WallTime at, twitch_sim::LossReason reason) {
            const TimePoint missing_at(at - epoch);
            const bool is_stalled = reason == twitch_sim::LossReason::socket_stalled;
            const auto worker = shard / plan_.shards_each;
            if (is_stalled && !gap_judge_.was_silent(worker, missing_at)) return;
            gap_judge_.on_missing(worker, GapJudge::Kind::written, missing_at,
                                  "Twitch could not write a message");
        });
    checker_.for_each_missing(
        [&](ProcessId process, TimePoint at, const std::string& id_start, bool is_behind_welcome) {
            gap_judge_.on_missing(
                fleet_.worker_of(process),
                is_behind_welcome ? GapJudge::Kind::written : GapJudge::Kind::unwelcomed, at,
                fmt::format("message {} was written to p{}", id_start, process));
        });
    if (const auto untold = gap_judge_.find_untold(plan_.begins)) checker_.fail(*untold);
}

// In planned runs every shard is bound whenever something happens in a channel.
void Run::check_planned() {
    if (plan_.run_class != RunClass::planned || queue_.now() >= plan_.ends) return;
    if (const auto unbound = fleet_.unbound_shard(); !unbound.empty())
        checker_.fail("in a planned run: " + unbound);
}

// When the shard that has no session is to have one. Twitch goes on to order moves, when the last
// faults may have cost all points.
TimePoint Run::bound_by() const {
    const bool was_bound = unbound_since_ > plan_.faults_end + watch_period;
    return was_bound ? std::max(unbound_since_ + Plan::claim_limit, plan_.recovered_by())
                     : plan_.recovered_by();
}

void Run::watch() {
    if (queue_.now() >= plan_.ends) return;
    checker_.check_limits();
    for (unsigned worker = 0; worker < fleet_.size(); ++worker) {
        fleet_.check_notice(worker, strangers_.hold_of(worker));
    }
    if (twitch_.world().conduits.all().size() > 1) checker_.fail("there are two conduits");
    if (queue_.now() >= plan_.faults_end) {
        const auto unbound = fleet_.unbound_shard();
        if (!unbound.empty()) unbound_at_ = queue_.now();
        unbound_since_ = unbound.empty() ? conduitd::never : std::min(unbound_since_, queue_.now());
        if (!unbound.empty() && queue_.now() >= bound_by()) {
            checker_.fail(fmt::format("{} s after the last fault: {}",
                                      (queue_.now() - plan_.faults_end) / 1s, unbound));
        }
        if (queue_.now() >= std::max(unbound_at_, plan_.faults_end) + calm_period) end();
    }
    queue_.after(watch_period, [this] { watch(); });
}

// The next thing that is due: an event, something on the network, at Twitch or in a process.
void Run::step() {
    WorkerProcess* const process = fleet_.next_due();
    const auto process_at = process != nullptr ? process->deadline() : conduitd::never;
    const auto at = std::min({emission_at(), queue_.deadline(), twitch_.deadline(), process_at});
    queue_.advance_to(at);
    if (emission_at() <= at) {
        emit();
    } else if (queue_.deadline() <= at) {
        queue_.run_next();
    } else if (twitch_.deadline() <= at) {
        twitch_.on_deadline();
    } else {
        process->on_deadline();
    }
}

void Run::count_step() {
    if (queue_.now() != step_time_) {
        step_time_ = queue_.now();
        steps_at_once_ = 0;
    }
    if (++steps_at_once_ > steps_at_once_max) checker_.fail("time stands still");
}

RunResult Run::play() {
    schedule();
    while (!checker_.failure() && !is_over_) {
        step();
        count_step();
    }
    if (!checker_.failure()) {
        if (!fleet_.is_gone()) checker_.fail("a worker is still there at the end");
        checker_.check_all();
        check_gaps();
    }
    totals_.runs = 1;
    totals_.planned_runs = plan_.run_class == RunClass::planned ? 1 : 0;
    totals_.virtual_time = queue_.now() - plan_.begins;
    totals_.notifications = checker_.messages() + twitch_.world().ledger.totals().dropped;
    totals_.lost = checker_.lost();
    totals_.dropped = twitch_.world().ledger.totals().dropped;
    if (unbound_at_ > plan_.faults_end) totals_.recovery_max = unbound_at_ - plan_.faults_end;
    fleet_.add_to(totals_);
    return {checker_.failure(), {trace_.last().begin(), trace_.last().end()}, totals_};
}

}  // namespace

RunResult run(std::uint64_t seed, Trace::Mode trace, Playing playing) {
    if (playing == Playing::roaming_only) return roam(seed, trace);
    auto result = Run(seed, trace).play();
    const bool plays_all = playing == Playing::all;
    const bool founds = plays_all || Dice(seed ^ 0xf07d).chance(founding_percent);
    if (!result.failure && founds) {
        auto founding = found(seed, trace);
        founding.totals = result.totals;
        result = std::move(founding);
    }
    const bool roams = plays_all || Dice(seed ^ 0x60a3).chance(roaming_percent);
    if (!result.failure && roams) {
        auto roaming = roam(seed, trace);
        result.totals.coverage.add(roaming.totals.coverage);
        roaming.totals = result.totals;
        result = std::move(roaming);
    }
    return result;
}

}  // namespace simulation
