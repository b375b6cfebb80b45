#include "batch.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <mutex>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace simulation {
namespace {

thread_local std::uint64_t seed_under_way = 0;

// Only calls that a signal handler may make.
void tell_seed(int) {
    char text[] = "simulate: aborted in the run of seed                     \n";
    char* at = text + sizeof text - 3;
    for (auto rest = seed_under_way; rest > 0 || at == text + sizeof text - 3; rest /= 10) {
        *at-- = static_cast<char>('0' + rest % 10);
    }
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text, sizeof text - 1);
}

class Batch {
public:
    Batch(const std::vector<std::uint64_t>& seeds, conduitd::Defect defect, Playing playing)
        : seeds_(seeds),
          defect_(defect),
          playing_(playing),
          failures_max_(defect == conduitd::Defect::none ? failures_max : 1) {}

    void work() {
        conduitd::plant(defect_);
        Totals totals;
        for (auto next = next_++; next < seeds_.size() && !is_over_; next = next_++) {
            seed_under_way = seeds_[next];
            const auto result = run(seed_under_way, Trace::Mode::off, playing_);
            totals.add(result.totals);
            if (result.failure) note(seed_under_way, *result.failure);
        }
        const std::lock_guard lock(mutex_);
        result_.totals.add(totals);
    }

    BatchResult take_result() {
        std::ranges::sort(result_.failed, {}, &FailedSeed::seed);
        return std::move(result_);
    }

private:
    void note(std::uint64_t seed, const std::string& failure) {
        const std::lock_guard lock(mutex_);
        if (result_.failed.size() < failures_max_) result_.failed.push_back({seed, failure});
        is_over_ = result_.failed.size() >= failures_max_;
    }

    const std::vector<std::uint64_t>& seeds_;
    conduitd::Defect defect_;
    Playing playing_;
    std::size_t failures_max_;
    std::atomic<std::size_t> next_ = 0;
    std::atomic<bool> is_over_ = false;
    std::mutex mutex_;
    BatchResult result_;
};

}  // namespace

BatchResult run_batch(const std::vector<std::uint64_t>& seeds, unsigned jobs,
                      conduitd::Defect defect, Playing playing) {
    std::signal(SIGABRT, tell_seed);
    const auto started_at = std::chrono::steady_clock::now();
    Batch batch(seeds, defect, playing);
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < std::max(1u, jobs); ++i) threads.emplace_back([&] { batch.work(); });
    for (auto& thread : threads) thread.join();
    auto result = batch.take_result();
    result.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - started_at).count();
    return result;
}

}  // namespace simulation
