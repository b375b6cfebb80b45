#include "gap_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {

void GapJudge::on_missing(unsigned worker, TimePoint at, std::string what) {
    workers_[worker].missing.push_back({at, std::move(what)});
}

void GapJudge::on_gap(unsigned worker, const conduitd::Gap& gap, TimePoint now) {
    auto& row = workers_[worker];
    row.gaps.push_back({gap.since - slack, gap.until.value_or(now) + slack + overlap_});
}

void GapJudge::begin_absence(unsigned worker, TimePoint from) {
    auto& absences = workers_[worker].absences;
    if (!absences.empty() && absences.back().until == conduitd::never) {
        absences.back().from = std::min(absences.back().from, from);
        return;
    }
    absences.push_back({from, conduitd::never});
}

void GapJudge::on_crash(unsigned worker, TimePoint held_at) {
    begin_absence(worker, held_at - unreported_max);
}

// What Twitch did just before may not have come through yet.
void GapJudge::on_told_to_stop(unsigned worker, TimePoint now) {
    begin_absence(worker, now - slack);
}

void GapJudge::on_ready(unsigned worker, TimePoint now) {
    workers_[worker].absences.back().until = now;
}

void GapJudge::on_slow(unsigned worker, TimePoint now, TimePoint until, Duration delay) {
    auto& row = workers_[worker];
    row.slow_spells.push_back({now - delay, until + delay});
}

bool GapJudge::is_told(const Worker& worker, const Missing& missing) {
    const auto holds = [&](const Span& span) {
        return missing.at >= span.from && missing.at <= span.until;
    };
    return std::ranges::any_of(worker.gaps, holds) || std::ranges::any_of(worker.absences, holds) ||
           std::ranges::any_of(worker.slow_spells, holds);
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
    return std::ranges::any_of(workers_, [](const Worker& worker) { return !worker.gaps.empty(); });
}

}  // namespace simulation
