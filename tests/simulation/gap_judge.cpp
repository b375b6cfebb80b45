#include "gap_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {
namespace {

bool is_about_a_process(conduitd::GapReason reason) {
    return reason == conduitd::GapReason::process_stopped ||
           reason == conduitd::GapReason::process_died;
}

}  // namespace

void GapJudge::on_missing(unsigned worker, Kind kind, TimePoint at, std::string what) {
    workers_[worker].missing.push_back({kind, at, std::move(what)});
}

void GapJudge::on_gap(unsigned worker, const conduitd::Gap& gap, TimePoint now) {
    auto& row = workers_[worker];
    const auto from = gap.since - slack - delay_at(row, gap.since);
    row.gaps.push_back({from, gap.until.value_or(now) + slack + limits_.overlap});
    row.has_gap = row.has_gap || !is_about_a_process(gap.reason);
    if (!gap.until) row.open_gaps.push_back({from, conduitd::never});
    if (from <= row.untold_since) row.untold_since = conduitd::never;
}

void GapJudge::on_silence(unsigned worker, TimePoint from, TimePoint until) {
    workers_[worker].silences.push_back({from, until});
}

bool GapJudge::was_silent(unsigned worker, TimePoint at) const {
    return std::ranges::any_of(workers_[worker].silences, [&](const Span& span) {
        return span.from <= at && at <= span.until;
    });
}

Duration GapJudge::delay_at(const Worker& worker, TimePoint time) {
    const auto found = std::ranges::find_if(worker.slow_spells, [&](const SlowSpell& spell) {
        return spell.from <= time && time <= spell.until + spell.delay;
    });
    return found == worker.slow_spells.end() ? Duration::zero() : found->delay;
}

void GapJudge::begin_absence(unsigned worker, TimePoint from) {
    auto& absences = workers_[worker].absences;
    if (absences.back().until != conduitd::never) absences.push_back({from, conduitd::never});
}

void GapJudge::on_suspended(unsigned worker, TimePoint from, TimePoint until) {
    workers_[worker].slept = {from, until};
}

void GapJudge::on_crash(unsigned worker, TimePoint held_at, TimePoint now) {
    auto& row = workers_[worker];
    const auto astray_at = std::min(std::exchange(row.astray_at, conduitd::never),
                                    std::exchange(row.untold_since, conduitd::never));
    end_waiting(row);
    auto silent_at = held_at - limits_.silence - slack;
    if (row.slept.until >= silent_at) silent_at = std::min(silent_at, row.slept.from - slack);
    const auto from = std::min(silent_at - delay_at(row, silent_at), astray_at - slack);
    row.unnoticed.push_back({from, now});
    begin_absence(worker, now);
}

void GapJudge::on_told_to_stop(unsigned worker, TimePoint now, Duration delay) {
    auto& row = workers_[worker];
    row.stops.push_back({now - delay - delay_at(row, now), conduitd::never});
}

void GapJudge::on_astray(unsigned worker, TimePoint now) {
    auto& row = workers_[worker];
    if (row.astray_at == conduitd::never) row.is_noticed = false;
    row.astray_at = std::min(row.astray_at, now);
    // It waited for the end of one before, and may not have seen it.
    if (row.waiting_since != conduitd::never) row.unnoticed.push_back({row.waiting_since, now});
}

void GapJudge::on_retaken(unsigned worker, TimePoint now) {
    workers_[worker].claims.push_back(now);
    auto& row = workers_[worker];
    const auto since = std::exchange(row.astray_at, conduitd::never);
    if (since == conduitd::never) return;
    if (row.is_noticed) {
        row.untold_since = std::min(row.untold_since, since);
    } else {
        row.unnoticed.push_back({since, now});
    }
}

void GapJudge::on_waiting(unsigned worker, bool is_waiting, TimePoint now) {
    auto& row = workers_[worker];
    if (!is_waiting) {
        row.waiting_since = conduitd::never;
    } else if (row.waiting_since == conduitd::never) {
        row.waiting_since = now;
        row.unnoticed.push_back({std::min(now, row.astray_at), now});
    }
}

void GapJudge::end_waiting(Worker& worker) {
    const auto since = std::exchange(worker.waiting_since, conduitd::never);
    if (since != conduitd::never) worker.unnoticed.push_back({since, conduitd::never});
}

void GapJudge::on_end(unsigned worker, TimePoint now) {
    auto& row = workers_[worker];
    end_waiting(row);
    if (!row.is_noticed) row.unnoticed.push_back({std::min(now, row.astray_at), now});
    begin_absence(worker, now);
    row.astray_at = conduitd::never;
}

void GapJudge::on_ready(unsigned worker, TimePoint now) {
    auto& row = workers_[worker];
    Span& absence = row.absences.back();
    if (absence.from == TimePoint::min()) {
        absence.until = std::min(absence.until, now);
    } else {
        row.absences.pop_back();  // told by this process
    }
    for (Span& gap : row.open_gaps) gap.until = std::min(gap.until, now);
    for (Span& wait : row.unnoticed) wait.until = std::min(wait.until, now);
    if (!row.stops.empty()) row.stops.back().until = std::min(row.stops.back().until, now);
}

void GapJudge::on_slow(unsigned worker, TimePoint now, TimePoint until, Duration delay) {
    workers_[worker].slow_spells.push_back({now, until, delay});
}

void GapJudge::on_late_close(unsigned worker, TimePoint sent_at, TimePoint now) {
    workers_[worker].unnoticed.push_back({sent_at, now});
}

bool GapJudge::is_told(const Worker& worker, const Missing& missing) {
    const auto holds = [&](const Span& span) {
        return missing.at >= span.from && missing.at <= span.until;
    };
    const bool is_of_stop =
        missing.kind == Kind::dropped && std::ranges::any_of(worker.stops, holds);
    const bool was_claimed_soon = std::ranges::any_of(
        worker.claims, [&](TimePoint at) { return missing.at <= at && at <= missing.at + slack; });
    const bool looked_unmoved =
        missing.kind == Kind::unwelcomed &&
        (was_claimed_soon || delay_at(worker, missing.at) > Duration::zero());
    return is_of_stop || looked_unmoved || std::ranges::any_of(worker.gaps, holds) ||
           std::ranges::any_of(worker.open_gaps, holds) ||
           std::ranges::any_of(worker.absences, holds) ||
           std::ranges::any_of(worker.unnoticed, holds);
}

std::optional<std::string> GapJudge::find_untold(TimePoint begins) const {
    for (std::size_t i = 0; i < workers_.size(); ++i) {
        for (const Missing& missing : workers_[i].missing) {
            if (is_told(workers_[i], missing)) continue;
            return fmt::format("{} at {:.6f} s, and no gap was told of shard {}", missing.what,
                               std::chrono::duration<double>(missing.at - begins).count(), i);
        }
    }
    return std::nullopt;
}

bool GapJudge::has_gaps() const {
    return std::ranges::any_of(workers_, &Worker::has_gap);
}

}  // namespace simulation
