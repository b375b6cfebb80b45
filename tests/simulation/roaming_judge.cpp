#include "roaming_judge.hpp"

#include "twitch_sim/model/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {

using conduitd::WorkerState;

void RoamingJudge::on_call(std::optional<ProcessId> caller) {
    scan(caller);
}

void RoamingJudge::on_step() {
    const auto sessions = parts_.twitch.world().sessions.all().size();
    if (std::exchange(sessions_, sessions) != sessions) scan(std::nullopt);
}

void RoamingJudge::scan(std::optional<ProcessId> caller) {
    const auto count = parts_.places.count();
    for (auto removed = rows_.size(); removed > count; --removed) {
        left_at_[rows_.back().place.session_id] = parts_.queue.now();
        rows_.pop_back();
    }
    rows_.resize(count);
    for (std::uint32_t shard = 0; shard < count; ++shard) {
        auto place = parts_.places.find(shard);
        Row& row = rows_[shard];
        const bool is_same = place.session_id == row.place.session_id;
        if (is_same && place.is_enabled == row.place.is_enabled) continue;
        const Row before = row;
        if (!place.process && is_same) place.process = row.place.process;
        // Who moves it to another session of its own has it still.
        const bool is_still_its =
            is_same || (before.place.is_enabled && place.process == before.place.process);
        row.place = place;
        row.since = parts_.queue.now();
        row.was_guest = is_still_its && !is_same && is_host(before.place.session_id);
        if (!is_still_its) {
            row.claimer = caller;
            row.claimed_for = place.session_id;
            row.had_since = row.since;
            row.from.reset();
            if (before.place.is_enabled) row.from = before.place.process;
            if (row.from) row.lost_at[*row.from] = parts_.queue.now();
            row.was_known_to_host =
                before.had_since + parts_.plan.look_period() < parts_.queue.now();
        }
        if (!is_same && place.is_enabled && caller) on_moved(shard, before, place, *caller);
        if (before.place.is_enabled && !place.is_enabled) on_ended(shard, before);
        if (!is_same) left_at_[before.place.session_id] = parts_.queue.now();
    }
}

void RoamingJudge::on_moved(std::uint32_t shard, const Row& before, const Place& place,
                            ProcessId caller) {
    if (!before.place.is_enabled || !before.place.process || !place.process) return;
    const auto from = parts_.fleet.worker_of(*before.place.process);
    const auto to = parts_.fleet.worker_of(*place.process);
    const bool is_claim = to == parts_.fleet.worker_of(caller);
    if (from == to || !is_claim || !parts_.fleet.is_at_work(from)) return;
    const auto* const holder = parts_.fleet.find(*before.place.process);
    if (holder == nullptr) return;
    if (++rows_[shard].tugs > std::max(tugs_max, parts_.fleet.size())) {
        return parts_.checker.fail(fmt::format("shard {} goes to and fro between p{} and p{}",
                                               shard, caller, holder->id()));
    }
    const auto& wish = parts_.fleet.plan_of(to).shards;
    const bool is_owned = before.from == place.process && before.claimer == holder->id() &&
                          before.was_known_to_host &&
                          before.claimed_for == before.place.session_id && !wish.contains(shard) &&
                          parts_.fleet.plan_of(from).shards.contains(shard) &&
                          before.had_since + owned_for > parts_.queue.now() &&
                          parts_.queue.now() > before.had_since + parts_.plan.look_period();
    if (is_owned) {
        return parts_.checker.fail(fmt::format("p{} takes shard {} back from p{}, its owner",
                                               caller, shard, holder->id()));
    }
    const bool is_any = wish.empty();
    const bool is_guest = has_relieved(before);
    const auto lost = before.lost_at.find(*place.process);
    const bool was_its_own =
        lost != before.lost_at.end() &&
        lost->second + known_after + parts_.plan.look_period() > parts_.queue.now();
    const auto disturbed_at = parts_.http.disturbed_at(caller);
    const bool could_look =
        disturbed_at == TimePoint::min() || disturbed_at + known_after < parts_.queue.now();
    const bool is_known =
        parts_.queue.now() > before.had_since + known_after && !was_its_own && could_look;
    if (is_recovered() && !is_guest) {
        return parts_.checker.fail(fmt::format("p{} claims shard {} of p{}, though all is settled",
                                               caller, shard, holder->id()));
    }
    if (is_any && !is_guest && is_known) {
        parts_.checker.fail(fmt::format(
            "p{} claims shard {}, which p{} has had for {} ms", caller, shard, holder->id(),
            (parts_.queue.now() - before.had_since) / std::chrono::milliseconds(1)));
    }
}

// Others are left at the session that had it, or at the one from which its process moves them now,
// or were there when the claimer looked.
bool RoamingJudge::has_relieved(const Row& before) const {
    const bool has_just_moved = before.since + moment > parts_.queue.now();
    return (before.was_guest && has_just_moved) || is_host(before.place.session_id);
}

// It is, or was a moment ago.
bool RoamingJudge::is_host(const std::string& session_id) const {
    if (parts_.places.carried_by(session_id) > 0) return true;
    const auto left = left_at_.find(session_id);
    return left != left_at_.end() && left->second + moment > parts_.queue.now();
}

// A session that several sockets carried in turn ends with the last of them.
bool RoamingJudge::was_left_in_order(const std::string& session_id) const {
    const auto& ended = parts_.twitch.world().sessions.ended();
    const auto last = std::find_if(ended.rbegin(), ended.rend(),
                                   [&](const auto& end) { return end.session_id == session_id; });
    return last != ended.rend() && last->by == "client";
}

bool RoamingJudge::is_disturbed(ProcessId process) const {
    const auto at = parts_.http.disturbed_at(process);
    return at != TimePoint::min() && at + blame_lasts > parts_.queue.now();
}

// Is another worker there, with a session that a listing shows, since before this one was told to
// stop?
bool RoamingJudge::has_other_host(unsigned worker) const {
    const auto since = parts_.fleet.told_to_stop_at(worker);
    return std::ranges::any_of(rows_, [&](const Row& row) {
        if (!row.place.is_enabled || !row.place.process) return false;
        const auto other = parts_.fleet.worker_of(*row.place.process);
        return other != worker && parts_.fleet.is_at_work(other) &&
               row.since < std::min(since, parts_.queue.now() - last_moment);
    });
}

void RoamingJudge::on_ended(std::uint32_t shard, const Row& before) {
    if (!before.place.process) return;
    const auto host = *before.place.process;
    if (parts_.plan.is_calm && parts_.queue.now() >= parts_.plan.emits_from &&
        parts_.queue.now() < parts_.plan.ends) {
        return parts_.checker.fail(
            fmt::format("shard {} of p{} has no session, in a calm run", shard, host));
    }
    if (!was_left_in_order(before.place.session_id) || is_disturbed(host)) return;
    const auto worker = parts_.fleet.worker_of(host);
    if (parts_.fleet.find(host) == nullptr || !has_other_host(worker)) return;
    const auto told_at = parts_.fleet.told_to_stop_at(worker);
    const bool is_out_of_time =
        told_at != conduitd::never && told_at + parking_time <= parts_.queue.now();
    const bool has_just_come = before.since + last_moment > parts_.queue.now();
    if (is_out_of_time || has_just_come) return;
    parts_.queue.after(left_limit, [this, shard, host] { check_left(shard, host); });
}

void RoamingJudge::check_left(std::uint32_t shard, ProcessId host) {
    if (shard >= rows_.size() || rows_[shard].place.is_enabled || is_disturbed(host)) return;
    parts_.checker.fail(
        fmt::format("p{} left shard {} behind, with others there to have it", host, shard));
}

void RoamingJudge::on_event() {
    for (Row& row : rows_) row.tugs = 0;
}

void RoamingJudge::watch() {
    check_beliefs();
    if (is_recovered()) check_served();
}

void RoamingJudge::check_beliefs() {
    std::map<std::uint32_t, Belief> beliefs;
    for (unsigned worker = 0; worker < parts_.fleet.size(); ++worker) {
        if (!parts_.fleet.is_at_work(worker)) continue;
        const WorkerProcess& process = *parts_.fleet.process_of(worker);
        const bool has =
            process.state() == WorkerState::holding || process.state() == WorkerState::moving;
        if (!has) continue;
        for (const auto shard : process.home()) beliefs[shard].processes.push_back(process.id());
    }
    std::erase_if(beliefs, [](const auto& entry) { return entry.second.processes.size() < 2; });
    for (auto& [shard, belief] : beliefs) {
        const auto before = beliefs_.find(shard);
        const bool is_same =
            before != beliefs_.end() && before->second.processes == belief.processes;
        belief.since = is_same ? before->second.since : parts_.queue.now();
        if (shard < rows_.size()) belief.since = std::max(belief.since, rows_[shard].since);
        const bool is_blamed = std::ranges::any_of(
            belief.processes, [&](ProcessId process) { return is_disturbed(process); });
        if (is_blamed) belief.since = parts_.queue.now();
        const auto limit = parts_.plan.look_period() + known_after + last_moment;
        if (parts_.queue.now() - belief.since <= limit) continue;
        parts_.checker.fail(fmt::format("p{} and p{} both take shard {} for theirs",
                                        belief.processes[0], belief.processes[1], shard));
    }
    beliefs_ = std::move(beliefs);
}

bool RoamingJudge::is_idle(unsigned worker) const {
    return parts_.fleet.is_at_work(worker) && parts_.fleet.process_of(worker)->home().empty();
}

bool RoamingJudge::is_wanted_by(unsigned worker, std::uint32_t shard) const {
    const auto& shards = parts_.fleet.plan_of(worker).shards;
    if (shards.empty()) return is_idle(worker);
    return parts_.fleet.is_at_work(worker) && shards.contains(shard);
}

bool RoamingJudge::has_session(unsigned worker) const {
    if (!parts_.fleet.is_at_work(worker)) return false;
    const auto state = parts_.fleet.process_of(worker)->state();
    return state == WorkerState::holding || state == WorkerState::moving;
}

void RoamingJudge::check_served() {
    for (std::uint32_t shard = 0; shard < parts_.places.count(); ++shard) {
        const auto place = parts_.places.find(shard);
        if (place.is_enabled && place.is_read) continue;
        for (unsigned worker = 0; worker < parts_.fleet.size(); ++worker) {
            const bool is_dead = !place.session_id.empty();
            const bool is_for_it = is_wanted_by(worker, shard) || (is_dead && has_session(worker));
            if (!is_for_it) continue;
            return parts_.checker.fail(fmt::format("nobody has shard {}, and p{} is there for it",
                                                   shard, parts_.fleet.process_of(worker)->id()));
        }
    }
}

}  // namespace simulation
