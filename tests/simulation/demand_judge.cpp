#include "demand_judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace simulation {

void DemandJudge::on_start(unsigned worker) {
    Worker& row = workers_[worker];
    row.fresh_dials = row.rotations = 0;
    row.token_calls = {};
}

void DemandJudge::on_dial(unsigned worker, ProcessId process, const conduitd::Url& url) {
    Worker& row = workers_[worker];
    ++dials_;
    const auto now = parts_.queue.now();
    const auto claims = parts_.http.claims_answered(process);
    const bool is_replacement = std::exchange(row.claims_at_dial, claims) != claims;
    const bool is_too_often = is_replacement
                                  ? row.replacements.note(now) > replacements_a_minute_max
                                  : row.dials.note(now) > dials_a_minute_max;
    if (is_too_often) parts_.checker.fail(fmt::format("p{} dials too often", process));
    if (!is_base(url)) return;
    const bool is_asked = ++row.fresh_dials <= 1 + row.rotations;
    if (run_class_ != RunClass::planned || is_asked) return;
    if (row.fresh_dials > 1 + row.rotations + parts_.sockets.refusals(process)) {
        parts_.checker.fail(fmt::format("p{} dials a fresh session for no reason", process));
    }
}

void DemandJudge::on_call(unsigned worker, ProcessId process,
                          const conduitd::HttpRequest& request) {
    Worker& row = workers_[worker];
    ++calls_;
    const auto now = parts_.queue.now();
    const bool is_of_token = request.url.target.starts_with("/oauth2/");
    if (row.helix_calls.note(now) > helix_calls_a_minute_max ||
        (is_of_token && row.token_calls.note(now) > token_calls_a_minute_max)) {
        parts_.checker.fail(fmt::format("p{} calls too often", process));
    }
}

void DemandJudge::add_to(Totals& totals) const {
    totals.dials += dials_;
    totals.helix_calls += calls_;
    const auto raise = [](std::uint64_t& most, const RateWatch& watch) {
        most = std::max<std::uint64_t>(most, watch.most());
    };
    for (const Worker& row : workers_) {
        raise(totals.dials_a_minute_max, row.dials);
        raise(totals.token_calls_a_minute_max, row.token_calls);
        raise(totals.helix_calls_a_minute_max, row.helix_calls);
    }
}

}  // namespace simulation
