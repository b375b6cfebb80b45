#include "report.hpp"

#include "state_table.hpp"

#include <fmt/format.h>

#include <chrono>
#include <string>

namespace simulation {
namespace {

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
    fmt::print(
        "dials: {}, of one worker at most {} a minute; Helix calls: {}, at most {}, {} of them for "
        "a token\n",
        totals.dials, totals.dials_a_minute_max, totals.helix_calls,
        totals.helix_calls_a_minute_max, totals.token_calls_a_minute_max);
    fmt::print("all shards bound again after the last fault: within {} s\n",
               totals.recovery_max / std::chrono::seconds(1));
}

bool compare_states(const Coverage& taken, std::uint64_t runs) {
    const auto table = read_state_table(STATE_TABLE);
    if (!table) {
        fmt::print("{} has no table of states and inputs that can be read\n", STATE_TABLE);
        return false;
    }
    const auto listed = table->listed.count();
    const auto reached = taken.count_in(table->listed);
    fmt::print("states and inputs: {} of the {} listed transitions taken, {} %\n", reached, listed,
               100 * reached / listed);
    const auto unlisted = missing_in(table->listed, taken);
    for (const auto& row : unlisted) fmt::print("not in the table of states: {}\n", row);
    const auto never = missing_in(taken, table->usual);
    const bool is_long = runs >= runs_for_all_states;
    for (const auto& row : never) {
        fmt::print("in the table of states and {}: {}\n", is_long ? "never taken" : "not taken yet",
                   row);
    }
    if (is_long) {
        for (const auto& row : missing_in(taken, table->listed)) {
            fmt::print("listed, if only as rare, and never taken: {}\n", row);
        }
    }
    return unlisted.empty() && (never.empty() || !is_long);
}

}  // namespace simulation
