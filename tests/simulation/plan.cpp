#include "plan.hpp"

#include "worker/look_pace.hpp"
#include "worker/options.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>

namespace simulation {
namespace {

using namespace std::chrono_literals;

constexpr unsigned messages_min = 520;
// More than the dedupe window has room for at first.
constexpr unsigned many_messages = 2'600;

// What makes trouble only for what comes next.
constexpr std::array preparations = {FaultKind::slow,
                                     FaultKind::dials_refused,
                                     FaultKind::dials_unanswered,
                                     FaultKind::upgrades_refused,
                                     FaultKind::welcomes_delayed,
                                     FaultKind::dropped_after_welcome,
                                     FaultKind::helix_trouble,
                                     FaultKind::tokens_revoked,
                                     FaultKind::credentials_refused};
constexpr std::array<unsigned, preparations.size()> preparation_weights = {3, 2,  2, 3, 3,
                                                                           3, 10, 1, 2};

constexpr std::array triggers = {
    FaultKind::reconnect,    FaultKind::reconnect_storm, FaultKind::close,
    FaultKind::server_reset, FaultKind::freeze,          FaultKind::mute,
    FaultKind::stall,        FaultKind::network_reset,   FaultKind::black_hole,
    FaultKind::crash,        FaultKind::pause,           FaultKind::stop,
    FaultKind::duplicate,    FaultKind::rotation,        FaultKind::stop_at_once,
    FaultKind::stranger,     FaultKind::late_welcome,    FaultKind::dead_url};
constexpr std::array<unsigned, triggers.size()> trigger_weights = {10, 3, 4, 2, 2, 1, 2, 3, 3,
                                                                   2,  2, 2, 2, 2, 1, 2, 2, 1};

template <class Kinds, class Weights>
FaultKind pick(Dice& dice, const Kinds& kinds, const Weights& weights) {
    return kinds[dice.pick(weights)];
}

void add_planned(Plan& plan, Dice& dice) {
    for (auto count = dice.between(4, 9); count > 0; --count) {
        Fault fault{dice.between(plan.emits_from, plan.faults_end)};
        constexpr std::array kinds = {FaultKind::reconnect, FaultKind::reconnect_storm,
                                      FaultKind::rotation};
        constexpr std::array<unsigned, kinds.size()> weights = {5, 2, 2};
        fault.kind = pick(dice, kinds, weights);
        fault.worker = static_cast<unsigned>(dice.below(plan.workers));
        plan.faults.push_back(fault);
    }
}

// Trouble comes in company: something is made ready to fail, something is set off, and sometimes
// something more follows closely.
void add_episode(Plan& plan, Dice& dice) {
    const auto at = dice.between(plan.emits_from, plan.faults_end - 1s);
    const auto worker = static_cast<unsigned>(dice.below(plan.workers));
    constexpr std::array<unsigned, 4> counts = {35, 40, 20, 5};
    for (auto count = dice.pick(counts); count > 0; --count) {
        plan.faults.push_back(
            {at - dice.between(0ms, 200ms), pick(dice, preparations, preparation_weights), worker});
    }
    plan.faults.push_back({at, pick(dice, triggers, trigger_weights), worker});
    for (auto time = at; dice.chance(40);) {
        time += dice.spread(1ms, 12s);
        const bool is_trigger = dice.chance(75);
        plan.faults.push_back({time,
                               is_trigger ? pick(dice, triggers, trigger_weights)
                                          : pick(dice, preparations, preparation_weights),
                               worker});
    }
}

// A third around the faults, the closer the denser; the rest over the whole run.
void add_emissions(Plan& plan, Dice& dice) {
    const auto wanted = dice.chance(1) ? many_messages : messages_min;
    unsigned messages = 0;
    const auto add = [&](TimePoint at, unsigned count) {
        plan.emissions.push_back({std::min(at, plan.ends + 1s), count});
        messages += count;
    };
    for (const Fault& fault : plan.faults) {
        for (auto count = dice.between(6, 16); count > 0; --count) {
            add(fault.at + dice.spread(500us, 20s), static_cast<unsigned>(dice.between(1, 4)));
        }
        if (fault.kind != FaultKind::late_welcome) continue;
        for (unsigned count = 0; count < 20; ++count) {
            add(fault.at + conduitd::HandoverOptions{}.plan_b_after + dice.spread(1ms, 3s), 1);
        }
    }
    while (messages < wanted) {
        add(dice.between(plan.emits_from, plan.ends + 1s),
            static_cast<unsigned>(dice.between(1, 5)));
    }
    std::ranges::stable_sort(plan.emissions, {}, &Emission::at);
}

template <class Side>
Side draw(Dice& dice, std::initializer_list<Side> sides) {
    return sides.begin()[dice.below(sides.size())];
}

// By dice of its own, which leave the rest of a seed's plan as it is.
void draw_entry_gap(twitch_sim::Switches& switches, std::uint64_t seed) {
    Dice dice(seed ^ 0x0da'7e5U);
    if (dice.chance(10)) switches.entry_gap = dice.between(1ms, 300ms);
}

void draw_model(Plan& plan, Dice& dice, std::uint64_t seed) {
    auto& model = plan.model;
    const bool is_faulty = plan.run_class == RunClass::faulty;
    constexpr std::array keepalives = {10s, 10s, 12s, 20s, 30s};
    constexpr std::array pings = {0s, 5s, 10s, 20s, 30s};
    constexpr std::array<std::uint32_t, 5> points = {800, 800, 800, 120, 60};
    constexpr std::array<std::uint32_t, 4> pages = {1, 2, 5, 100};
    model.seed = seed;
    model.recent_bytes_max = 4 * 1024 * 1024;  // more than all messages of a run
    model.epoch = std::chrono::sys_days(std::chrono::year(2026) / 3 / 4);
    model.channels = static_cast<unsigned>(dice.between(4, 24));
    model.keepalive_default = keepalives[dice.below(keepalives.size())];
    model.ping_period = pings[dice.below(pings.size())];
    model.pong_limit = dice.chance(50) ? 10s : 5s;
    model.points_per_minute = is_faulty ? points[dice.below(points.size())] : 800;
    model.shards_per_page = pages[dice.below(pages.size())];
    draw_switches(model, is_faulty, dice);
    if (is_faulty) draw_entry_gap(model, seed);
}

// By dice of its own, which leave the rest of a seed's plan as it is.
unsigned draw_shards_each(std::uint64_t seed) {
    Dice dice(seed ^ 0x5ca1ab1eU);
    return dice.chance(25) ? static_cast<unsigned>(dice.between(2, 4)) : 1;
}

// Likewise. A conduit that a worker makes has as many shards as its fleet.
void draw_spare(Plan& plan, std::uint64_t seed) {
    Dice dice(seed ^ 0x5ba2'e001U);
    plan.has_spare = dice.chance(10) && plan.run_class == RunClass::faulty && plan.has_conduit;
}

// Likewise.
void add_cuts(Plan& plan, std::uint64_t seed) {
    Dice dice(seed ^ 0xc1a1'4ed5U);
    if (plan.run_class == RunClass::planned || !dice.chance(4)) return;
    plan.faults.push_back({dice.between(plan.emits_from, plan.faults_end - 20s),
                           FaultKind::cut_behind_claim,
                           static_cast<unsigned>(dice.below(plan.workers))});
}

// Likewise.
void add_clock_jumps(Plan& plan, std::uint64_t seed) {
    Dice dice(seed ^ 0xc10c'1a9bU);
    if (plan.run_class == RunClass::planned || !dice.chance(10)) return;
    plan.faults.push_back({dice.between(plan.emits_from, plan.faults_end - 1s),
                           FaultKind::clock_jump, static_cast<unsigned>(dice.below(plan.workers))});
}

}  // namespace

std::size_t Plan::pages() const {
    return (shard_count() + (has_spare ? 1 : 0)) / model.shards_per_page + 1;
}

// Whoever takes the first shard of several makes one session more of a worker's.
Duration Plan::look_period() const {
    const auto sessions = workers * std::min(shards_each, 2U);
    return conduitd::look_period(sessions + 1, pages(), model.points_per_minute);
}

Duration Plan::look_limit() const {
    const auto listing = (pages() + 1) * 2 * delay_max;
    return look_period() * 3 / 2 + 30s + 3s + 2 * listing;
}

TimePoint Plan::recovered_by() const {
    const auto look = has_quick_looks() ? look_limit() + grace_limit : Duration::zero();
    return faults_end + std::max(redial_limit, look) + claim_limit;
}

void draw_switches(twitch_sim::Switches& switches, bool is_faulty, Dice& dice) {
    using S = twitch_sim::Switches;
    switches.unbound_shards = draw(dice, {S::UnboundShards::omitted, S::UnboundShards::listed});
    switches.claim_errors =
        draw(dice, {S::ClaimErrors::empty, S::ClaimErrors::absent, S::ClaimErrors::null});
    switches.dead_session_code =
        draw(dice, {S::DeadSessionCode::invalid_parameter, S::DeadSessionCode::status_name});
    switches.helix_timestamps =
        draw(dice, {S::HelixTimestamps::seconds, S::HelixTimestamps::nanoseconds});
    switches.unused_after = draw(dice, {S::UnusedAfter::limit, S::UnusedAfter::keepalive});
    switches.ping_payload =
        draw(dice, {S::PingPayload::alternating, S::PingPayload::empty, S::PingPayload::text});
    // Plain ones cost a tenth of a run's time, and are nothing that a worker looks at.
    if (dice.chance(5)) switches.escapes = S::Escapes::plain;
    switches.resend = draw(dice, {S::Resend::once, S::Resend::none});
    switches.reconnect_path = draw(dice, {S::ReconnectPath::path, S::ReconnectPath::none});
    switches.reconnect_id = draw(dice, {S::ReconnectId::same, S::ReconnectId::fresh});
    if (dice.chance(10)) switches.reconnect_after = dice.between(90s, 240s);
    // A Twitch that writes to both sessions for a while keeps no order across them.
    if (is_faulty && dice.chance(25)) switches.overlap = dice.between(100ms, 3s);
}

Plan make_plan(std::uint64_t seed) {
    Dice dice(seed);
    Plan plan;
    plan.run_class = dice.chance(25) ? RunClass::planned : RunClass::faulty;
    constexpr std::array<unsigned, 8> sizes = {56, 20, 9, 5, 4, 2, 2, 2};
    plan.workers = static_cast<unsigned>(dice.pick(sizes)) + 1;
    plan.has_conduit = plan.workers > 1 || dice.chance(60);
    plan.delay_max = plan.run_class == RunClass::planned ? planned_delay_max : healthy_delay_max;
    plan.begins = TimePoint(1h);
    plan.emits_from = plan.begins + 15s;
    plan.faults_end = plan.begins + 330s;
    plan.ends = plan.begins + 630s;
    draw_model(plan, dice, seed);
    // A listing has at most eight pages, which the points of a minute are enough for.
    plan.shards_each = draw_shards_each(seed);
    plan.model.shards_per_page = std::max(plan.model.shards_per_page, plan.shards_each);
    draw_spare(plan, seed);
    if (dice.chance(30)) plan.token_lifetime = dice.between(60s, 300s);
    if (plan.run_class == RunClass::planned) {
        plan.faults_end = plan.ends - 60s;
        add_planned(plan, dice);
    } else {
        for (auto count = dice.between(2, 5); count > 0; --count) add_episode(plan, dice);
    }
    add_emissions(plan, dice);
    add_cuts(plan, seed);
    add_clock_jumps(plan, seed);
    return plan;
}

}  // namespace simulation
