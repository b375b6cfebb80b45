#include "roaming.hpp"

#include "checker.hpp"
#include "count_judge.hpp"
#include "dice.hpp"
#include "frame_text.hpp"
#include "home_judge.hpp"
#include "http_network.hpp"
#include "look_judge.hpp"
#include "roaming_fleet.hpp"
#include "roaming_gaps.hpp"
#include "roaming_injector.hpp"
#include "roaming_judge.hpp"
#include "roaming_operator.hpp"
#include "roaming_places.hpp"
#include "roaming_plan.hpp"
#include "socket_network.hpp"
#include "twitch.hpp"
#include "unread_judges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace simulation {
namespace {

using namespace std::chrono_literals;

constexpr unsigned roaming_steps_at_once_max = 5'000;
constexpr Duration roaming_watch_period = 1s;
// After the order to stop everything is over within this.
constexpr Duration roaming_end_limit = 12s;

class Roaming {
public:
    Roaming(std::uint64_t seed, Trace::Mode mode)
        : plan_(make_roaming_plan(seed)),
          dice_(~seed),
          queue_(plan_.begins),
          trace_(mode, queue_, plan_.begins),
          twitch_(plan_.model, queue_, trace_),
          checker_(RunClass::faulty, queue_, trace_),
          unread_(queue_, twitch_, plan_.workers.size()),
          sockets_({queue_, trace_, twitch_, checker_, unread_.conduct, unread_.promptness,
                    unread_.claim_judge, unread_.gap_judge, unread_.false_gaps, finder()},
                   dice_.seed(), plan_.delay_max),
          http_({queue_, trace_, twitch_, unread_.conduct, unread_.promptness, unread_.claim_judge,
                 unread_.token_judge, unread_.false_gaps, finder()},
                dice_.seed(), plan_.delay_max),
          conduit_id_(make_conduit()),
          fleet_({plan_, queue_, trace_, checker_, sockets_, http_, twitch_}, conduit_id_,
                 dice_.seed()),
          places_(twitch_, sockets_, fleet_),
          judge_({plan_, queue_, trace_, checker_, twitch_, http_, fleet_, places_}),
          home_judge_({plan_, queue_, checker_, fleet_, places_}),
          count_judge_(queue_, twitch_, checker_, plan_, fleet_, sockets_),
          look_judge_(plan_, queue_, checker_, fleet_, places_),
          gaps_(queue_, places_, plan_.model.overlap),
          operator_({trace_, twitch_, places_, judge_}, conduit_id_),
          injector_({plan_, queue_, trace_, twitch_, sockets_, http_, fleet_, operator_},
                    dice_.seed()) {}

    RunResult play();

private:
    FindProcess finder() {
        return [this](ProcessId process) { return fleet_.find(process); };
    }
    std::string make_conduit();
    void listen_to_calls();
    void schedule();
    void emit();
    void on_dropped();
    void watch();
    void step();
    void count_step();
    void check_end();
    void check_gaps();

    RoamingPlan plan_;
    Dice dice_;
    EventQueue queue_;
    Trace trace_;
    Twitch twitch_;
    Checker checker_;
    UnreadJudges unread_;
    SocketNetwork sockets_;
    HttpNetwork http_;
    std::string conduit_id_;
    RoamingFleet fleet_;
    RoamingPlaces places_;
    RoamingJudge judge_;
    HomeJudge home_judge_;
    CountJudge count_judge_;
    LookJudge look_judge_;
    RoamingGaps gaps_;
    RoamingOperator operator_;
    RoamingInjector injector_;
    TimePoint step_time_ = TimePoint::min();
    unsigned steps_at_once_ = 0;
    bool is_over_ = false;
};

std::string Roaming::make_conduit() {
    twitch_.set_output_handler([this](twitch_sim::Output& output) { sockets_.on_output(output); });
    const auto made = twitch_.call("POST", "/helix/eventsub/conduits", twitch_.make_token(),
                                   fmt::format(R"({{"shard_count":{}}})", plan_.shards));
    return std::string(text_after(made.body, R"("id":")"));
}

void Roaming::listen_to_calls() {
    http_.set_claim_handlers({.on_effect = [](ProcessId) {}, .on_answer = [](ProcessId) {}});
    http_.set_call_handlers(
        {.on_sent =
             [this](ProcessId process, const conduitd::HttpRequest& request) {
                 count_judge_.on_sent(process, request);
                 look_judge_.on_sent(process, request);
             },
         .before_effect =
             [this](ProcessId process, const conduitd::HttpRequest& request) {
                 count_judge_.on_effect(process, request);
             },
         .on_effect =
             [this](ProcessId process, const conduitd::HttpRequest& request, std::string_view) {
                 if (request.method != "GET") judge_.on_call(process);
                 if (request.url.target.ends_with("/eventsub/conduits"))
                     fleet_.on_count_told(process);
             },
         .on_told = [this](
                        ProcessId process, const conduitd::HttpRequest& request,
                        std::string_view body) { count_judge_.on_told(process, request, body); }});
}

void Roaming::schedule() {
    for (unsigned worker = 0; worker < fleet_.size(); ++worker) {
        queue_.after(plan_.workers[worker].starts_after, [this, worker] { fleet_.start(worker); });
    }
    for (const RoamingEvent& event : plan_.events) {
        queue_.at(event.at, [this, event] {
            gaps_.watch();
            if (event.kind >= RoamingEventKind::scale_up) gaps_.on_operator();
            injector_.inject(event);
            judge_.on_event();
        });
    }
    queue_.at(plan_.emits_from, [this] { emit(); });
    queue_.at(plan_.faults_end, [this] { injector_.end_faults(); });
    queue_.at(plan_.ends + roaming_end_limit, [this] { is_over_ = true; });
    queue_.at(plan_.ends, [this] {
        for (unsigned worker = 0; worker < fleet_.size(); ++worker) {
            fleet_.stop(worker, std::nullopt);
        }
    });
    watch();
}

// In all channels, all the time.
void Roaming::emit() {
    if (queue_.now() >= plan_.ends) return;
    const auto dropped = twitch_.world().ledger.totals().dropped;
    twitch_.emit(static_cast<unsigned>(dice_.between(1, 3)));
    if (twitch_.world().ledger.totals().dropped > dropped) on_dropped();
    queue_.after(dice_.spread(100ms, 4s), [this] { emit(); });
}

void Roaming::on_dropped() {
    gaps_.on_dropped();
    if (plan_.is_calm) checker_.fail("in a calm run Twitch has no session for a message");
}

void Roaming::watch() {
    if (queue_.now() >= plan_.ends) return;
    checker_.check_limits();
    judge_.watch();
    home_judge_.watch();
    gaps_.watch();
    if (twitch_.world().conduits.all().size() != 1) checker_.fail("there is not one conduit");
    queue_.after(roaming_watch_period, [this] { watch(); });
}

void Roaming::step() {
    WorkerProcess* const process = fleet_.next_due();
    const auto process_at = process != nullptr ? process->deadline() : conduitd::never;
    const auto at = std::min({queue_.deadline(), twitch_.deadline(), process_at});
    queue_.advance_to(at);
    if (queue_.deadline() <= at) {
        queue_.run_next();
    } else if (twitch_.deadline() <= at) {
        twitch_.on_deadline();
    } else {
        process->on_deadline();
    }
    judge_.on_step();
}

void Roaming::count_step() {
    if (std::exchange(step_time_, queue_.now()) != queue_.now()) steps_at_once_ = 0;
    if (++steps_at_once_ > roaming_steps_at_once_max) checker_.fail("time stands still");
}

void Roaming::check_gaps() {
    const auto epoch = plan_.model.epoch;
    twitch_.world().ledger.for_each_lost(
        [&](unsigned shard, conduitd::WallTime at, twitch_sim::LossReason) {
            gaps_.on_unread(TimePoint(at - epoch),
                            fmt::format("Twitch could not write a message to shard {}", shard));
        });
    checker_.for_each_missing(
        [&](ProcessId process, TimePoint at, const std::string& id_start, bool) {
            gaps_.on_unread(at, fmt::format("message {} was written to p{}", id_start, process));
        });
    gaps_.check_end(plan_.begins, checker_);
}

// In a calm run every message had a session to go to, and somebody who read it.
void Roaming::check_end() {
    if (!fleet_.is_gone()) checker_.fail("a worker is still there at the end");
    checker_.check_all();
    look_judge_.check_end();
    check_gaps();
    if (!plan_.is_calm) return;
    if (checker_.lost() + twitch_.world().ledger.totals().lost > 0) {
        checker_.fail("a message was lost in a calm run");
    }
}

RunResult Roaming::play() {
    listen_to_calls();
    fleet_.set_handlers({.on_gap = [this](const conduitd::Gap& gap) { gaps_.on_gap(gap); },
                         .on_end = [this](TimePoint since) { gaps_.on_end_of_worker(since); },
                         .on_start =
                             [this](unsigned worker) {
                                 judge_.on_event();
                                 gaps_.on_start(plan_.workers[worker].shards);
                             }});
    schedule();
    while (!checker_.failure() && !is_over_) {
        step();
        count_step();
    }
    if (!checker_.failure()) check_end();
    Totals totals;
    totals.runs = 1;
    totals.coverage = fleet_.coverage();
    return {checker_.failure(), {trace_.last().begin(), trace_.last().end()}, totals};
}

}  // namespace

RunResult roam(std::uint64_t seed, Trace::Mode trace) {
    return Roaming(seed, trace).play();
}

}  // namespace simulation
