#include "batch.hpp"
#include "command_line.hpp"
#include "report.hpp"
#include "seeds_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace simulation;

constexpr int usage_error = 64;

int run_one(const CommandLine& line) {
    conduitd::plant(line.defect);
    const auto result =
        run(*line.only, line.has_trace ? Trace::Mode::all : Trace::Mode::last, line.playing);
    if (result.failure) {
        for (const auto& text : result.last_lines) std::puts(text.c_str());
        fmt::print("seed {} fails: {}\n", *line.only, *result.failure);
        return 1;
    }
    fmt::print("seed {} passes\n", *line.only);
    return 0;
}

// Far from each other, and short enough to be typed.
std::uint64_t draw_first() {
    std::random_device device;
    return device() % 1'000'000'000;
}

// The failure again, with the last events before it.
void show_failure(const FailedSeed& failed, const CommandLine& line) {
    conduitd::plant(line.defect);
    const auto result = run(failed.seed, Trace::Mode::last, line.playing);
    fmt::print("\nseed {} fails: {}\n", failed.seed, failed.failure);
    for (const auto& text : result.last_lines) std::puts(text.c_str());
    if (result.failure != failed.failure) fmt::print("and it is not the same each time!\n");
    fmt::print("the whole of it: ./dev simulate --seed {} --trace{}{}\n", failed.seed,
               line.defect == conduitd::Defect::none
                   ? std::string()
                   : fmt::format(" --break {}", name_of(line.defect)),
               line.playing == Playing::all ? "" : " --roaming");
}

unsigned jobs_of(const CommandLine& line) {
    return line.jobs > 0 ? line.jobs : std::thread::hardware_concurrency();
}

std::vector<std::uint64_t> draw_seeds(const CommandLine& line) {
    std::vector<std::uint64_t> seeds(line.seeds);
    const auto first = line.first ? *line.first : draw_first();
    std::iota(seeds.begin(), seeds.end(), first);
    fmt::print("{} seeds from {}\n", seeds.size(), first);
    std::fflush(stdout);
    return seeds;
}

// Answers whether a run failed.
bool is_found(conduitd::Defect defect, const std::vector<std::uint64_t>& seeds,
              const CommandLine& line) {
    const auto result = run_batch(seeds, jobs_of(line), defect, line.playing);
    if (result.failed.empty()) {
        fmt::print("{}: NOT found in {} seeds\n", name_of(defect), result.totals.runs);
    } else {
        fmt::print("{}: found after {} seeds: {}\n", name_of(defect), result.totals.runs,
                   result.failed.front().failure);
    }
    std::fflush(stdout);
    return !result.failed.empty();
}

int find_all(const CommandLine& line) {
    const auto seeds = draw_seeds(line);
    const auto missed = std::ranges::count_if(
        conduitd::defects,
        [&](const conduitd::DefectRow& row) { return !is_found(row.defect, seeds, line); });
    return missed == 0 ? 0 : 1;
}

int run_many(const CommandLine& line) {
    std::vector<std::uint64_t> seeds;
    if (line.seeds_file.empty()) {
        seeds = draw_seeds(line);
    } else if (auto listed = read_seeds(line.seeds_file)) {
        seeds = std::move(*listed);
    } else {
        fmt::print(stderr, "simulate: {} cannot be read\n", line.seeds_file);
        return usage_error;
    }
    if (line.must_fail) return is_found(line.defect, seeds, line) ? 0 : 1;

    const bool are_drawn = line.seeds_file.empty() && line.playing == Playing::all;
    const auto playing = are_drawn ? Playing::usual : line.playing;
    const auto result = run_batch(seeds, jobs_of(line), line.defect, playing);
    print_totals(result.totals, result.seconds);
    const bool has_states_right = line.defect != conduitd::Defect::none ||
                                  line.playing != Playing::all ||
                                  compare_states(result.totals.coverage, result.totals.runs);
    const auto shown = std::min<std::size_t>(result.failed.size(), 3);
    for (std::size_t i = 0; i < shown; ++i) show_failure(result.failed[i], line);
    for (std::size_t i = shown; i < result.failed.size(); ++i) {
        fmt::print("seed {} fails: {}\n", result.failed[i].seed, result.failed[i].failure);
    }
    fmt::print("{} seeds, {} failed\n", result.totals.runs, result.failed.size());
    return result.failed.empty() && has_states_right ? 0 : 1;
}

}  // namespace

int main(int count, char** words) {
    const auto parsed = parse_command_line(count, words);
    if (const auto* const usage = std::get_if<Usage>(&parsed)) {
        std::fputs(usage->text.c_str(), usage->is_error ? stderr : stdout);
        return usage->is_error ? usage_error : 0;
    }
    const auto& line = std::get<CommandLine>(parsed);
    if (line.only) return run_one(line);
    return line.finds_all ? find_all(line) : run_many(line);
}
