#include "report.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace simulation {
namespace {

// What cannot happen, and so is no gap in the coverage: before there is a session nothing comes on
// one.
bool is_possible(std::size_t state, std::size_t input) {
    const bool is_preparing = state == static_cast<std::size_t>(conduitd::WorkerState::preparing);
    const auto kind = static_cast<Input>(input);
    return !is_preparing || kind == Input::answer || kind == Input::deadline ||
           kind == Input::rotate || kind == Input::stop;
}

void print_coverage(const Coverage& coverage) {
    std::size_t possible = 0;
    std::size_t reached = 0;
    std::string missing;
    for (std::size_t state = 0; state < live_states; ++state) {
        for (std::size_t input = 0; input < input_names.size(); ++input) {
            if (!is_possible(state, input)) continue;
            ++possible;
            if (coverage.has(state, input)) {
                ++reached;
            } else {
                missing += fmt::format(" {}x{}", name_of(static_cast<conduitd::WorkerState>(state)),
                                       input_names[input]);
            }
        }
    }
    fmt::print("states x inputs: {} of {} reached{}{}\n", reached, possible,
               missing.empty() ? "" : "; never:", missing);
}

template <class Names, class Counts>
void print_counts(const char* what, const Names& names, const Counts& counts) {
    std::string text;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        text += fmt::format("{}{} {}", i == 0 ? "" : ", ", names[i], counts[i]);
    }
    fmt::print("{}: {}\n", what, text);
}

}  // namespace

void print_totals(const Totals& totals, double seconds) {
    const auto runs = static_cast<double>(totals.runs);
    if (totals.runs == 0) return;
    const auto minutes = std::chrono::duration<double, std::ratio<60>>(totals.virtual_time).count();
    fmt::print("{} seeds in {:.1f} s, {:.0f} a second; {} of them with planned events only\n",
               totals.runs, seconds, runs / seconds, totals.planned_runs);
    fmt::print("a seed: {:.1f} virtual minutes, {:.0f} notifications, {:.1f} faults\n",
               minutes / runs, static_cast<double>(totals.notifications) / runs,
               static_cast<double>(totals.all_faults()) / runs);
    fmt::print("notifications: {} made, {} forwarded, {} lost to faults, {} to no session\n",
               totals.notifications, totals.forwarded, totals.lost, totals.dropped);
    print_counts("faults", fault_names, totals.faults);
    print_counts("Helix calls disturbed", helix_trouble_names, totals.troubles);
    fmt::print("dials: {}, of one worker at most {} a minute; Helix calls: {}, at most {}\n",
               totals.dials, totals.dials_a_minute_max, totals.helix_calls,
               totals.helix_calls_a_minute_max);
    fmt::print("all shards bound again after the last fault: within {} s\n",
               totals.recovery_max / std::chrono::seconds(1));
    print_coverage(totals.coverage);
}

}  // namespace simulation
