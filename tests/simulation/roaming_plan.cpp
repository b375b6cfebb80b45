#include "roaming_plan.hpp"

#include "dice.hpp"
#include "fault_model.hpp"
#include "plan.hpp"
#include "worker/look_pace.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace simulation {
namespace {

using namespace std::chrono_literals;
using conduitd::ShardSet;
using conduitd::WhenFull;

constexpr std::uint32_t roaming_shards_max = 12;

unsigned draw_fleet_size(Dice& dice) {
    if (dice.chance(2)) return static_cast<unsigned>(dice.between(7, 32));
    constexpr std::array<unsigned, 6> weights = {4, 30, 26, 18, 12, 10};
    return static_cast<unsigned>(dice.pick(weights)) + 1;
}

std::uint32_t draw_shards(unsigned workers, Dice& dice) {
    if (dice.chance(25)) return static_cast<std::uint32_t>(dice.between(1, roaming_shards_max));
    const auto low = workers > 1 ? workers - 1 : 1;
    return std::min(static_cast<std::uint32_t>(dice.between(low, workers + 1)), roaming_shards_max);
}

// Some are configured for a shard, or a few; now and then two for the same: one of them is spare.
void draw_workers(RoamingPlan& plan, unsigned count, Dice& dice) {
    const auto configured_percent = dice.chance(40) ? 0U : static_cast<unsigned>(dice.below(80));
    std::uint32_t next = 0;
    ShardSet latest;
    for (unsigned i = 0; i < count; ++i) {
        RoamingWorker worker;
        worker.host = static_cast<unsigned>(dice.below(plan.hosts));
        const bool is_spare = !latest.empty() && dice.chance(20);
        if (dice.chance(configured_percent) && is_spare) {
            worker.shards = latest;
        } else if (dice.chance(configured_percent) && next < plan.shards) {
            const auto wanted = dice.chance(70) ? 1 : dice.between(2, 3);
            for (auto left = wanted; left > 0 && next < plan.shards; --left) {
                worker.shards.insert({next++});
            }
            latest = worker.shards;
        } else if (dice.chance(15)) {
            worker.when_full = WhenFull::grow;
        }
        worker.starts_after = dice.chance(60) ? dice.spread(1ms, 200ms) : dice.between(0ms, 8s);
        plan.workers.push_back(std::move(worker));
    }
}

// As many shards as workers want, so that each has one, and nobody's place is taken at a restart:
// who stands by has no session to which another could leave a shard.
void make_even(RoamingPlan& plan) {
    std::uint32_t configured = 0;
    std::uint32_t others = 0;
    for (auto& worker : plan.workers) {
        const bool is_spare = !worker.shards.empty() && worker.shards.lowest() < configured;
        if (is_spare) worker.shards = {};
        if (worker.shards.empty()) {
            ++others;
        } else {
            configured = worker.shards.highest() + 1;
        }
    }
    plan.shards = configured + others;
}

// By dice of its own, which leave the rest of a seed's plan as it is.
void draw_shrink(twitch_sim::Switches& switches, std::uint64_t seed) {
    using Shrink = twitch_sim::Switches::Shrink;
    switches.shrink = Dice(seed ^ 0x51'12e5U).chance(50) ? Shrink::remove : Shrink::leave_listed;
}

void draw_roaming_model(RoamingPlan& plan, std::uint64_t seed, Dice& dice) {
    auto& model = plan.model;
    model.seed = seed;
    model.epoch = std::chrono::sys_days(std::chrono::year(2026) / 3 / 4);
    model.channels = static_cast<unsigned>(dice.between(4, 40));
    model.recent_bytes_max = 256 * 1024;
    constexpr std::array keepalives = {10s, 10s, 12s, 20s};
    constexpr std::array pings = {5s, 10s, 20s};
    model.keepalive_default = keepalives[dice.below(keepalives.size())];
    model.ping_period = pings[dice.below(pings.size())];
    const bool is_small = plan.workers.size() <= 4 && plan.shards <= 6;
    constexpr std::array<std::uint32_t, 4> points = {800, 800, 300, 120};
    model.points_per_minute = plan.is_calm || !is_small ? 800 : points[dice.below(points.size())];
    model.shards_per_page = dice.chance(70) ? 100 : static_cast<std::uint32_t>(dice.between(3, 6));
    draw_switches(model, !plan.is_calm, dice);
    draw_shrink(model, seed);
}

void add_roaming_event(RoamingPlan& plan, Dice& dice) {
    using K = RoamingEventKind;
    constexpr std::array kinds = {
        K::crash,      K::crash_for_good,  K::stop,       K::stop_for_good, K::stop_several,
        K::stop_all,   K::rolling_restart, K::suspension, K::reconnect,     K::reconnect_all,
        K::close,      K::reset,           K::slow_calls, K::lost_calls,    K::scale_up,
        K::scale_down, K::scale_about};
    constexpr std::array<unsigned, kinds.size()> weights = {10, 4, 14, 5, 8, 3, 4, 8, 8,
                                                            3,  4, 3,  4, 4, 4, 3, 4};
    RoamingEvent event{dice.between(plan.emits_from, plan.faults_end - 10s)};
    event.worker = static_cast<unsigned>(dice.below(plan.workers.size()));
    event.kind = kinds[dice.pick(weights)];
    plan.events.push_back(event);
    // Trouble comes in company.
    while (dice.chance(35)) {
        event.at = std::min(event.at + dice.spread(1ms, 15s), plan.faults_end - 1s);
        event.kind = kinds[dice.pick(weights)];
        if (dice.chance(60)) event.worker = static_cast<unsigned>(dice.below(plan.workers.size()));
        plan.events.push_back(event);
    }
}

void add_calm_events(RoamingPlan& plan, Dice& dice) {
    plan.events.push_back(
        {plan.emits_from + dice.between(0s, 20s), RoamingEventKind::rolling_restart});
    for (auto count = dice.below(3); count > 0; --count) {
        const auto kind =
            dice.chance(60) ? RoamingEventKind::reconnect : RoamingEventKind::reconnect_all;
        plan.events.push_back({dice.between(plan.emits_from, plan.faults_end), kind,
                               static_cast<unsigned>(dice.below(plan.workers.size()))});
    }
}

}  // namespace

Duration RoamingPlan::look_period() const {
    const auto count = std::max(shards, shard_max) + 2;
    const auto pages = count / model.shards_per_page + 1;
    const auto period = conduitd::look_period(workers.size() + 1, pages, model.points_per_minute);
    return period + period / 4;
}

Duration RoamingPlan::recovery_limit() const {
    return 2 * look_period() + 90s;
}

RoamingPlan make_roaming_plan(std::uint64_t seed) {
    Dice dice(seed ^ 0x60a3'1b5eU);
    RoamingPlan plan;
    plan.is_calm = dice.chance(25);
    auto count = draw_fleet_size(dice);
    if (plan.is_calm) count = std::max(count, 2U);
    plan.hosts = static_cast<unsigned>(dice.between(1, std::min(count, 4U)));
    plan.shards = draw_shards(count, dice);
    plan.names_conduit = dice.chance(50);
    draw_workers(plan, count, dice);
    if (plan.is_calm) make_even(plan);
    plan.shard_max = plan.shards + static_cast<std::uint32_t>(dice.below(3));
    plan.delay_max = plan.is_calm ? planned_delay_max : healthy_delay_max;
    draw_roaming_model(plan, seed, dice);
    plan.begins = TimePoint(1h);
    plan.emits_from = plan.begins + 20s + plan.look_period();
    plan.faults_end = plan.emits_from + (plan.is_calm ? 120s : 200s);
    plan.ends = plan.recovered_by() + 60s;
    if (plan.is_calm) {
        add_calm_events(plan, dice);
    } else {
        for (auto episodes = dice.between(2, 5); episodes > 0; --episodes) {
            add_roaming_event(plan, dice);
        }
    }
    return plan;
}

}  // namespace simulation
