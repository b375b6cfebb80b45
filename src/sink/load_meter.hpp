#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace conduitd {

struct LoadMeterOptions {
    double capacity = 0;                        // events a second; 0: measured
    Duration window = std::chrono::seconds(5);  // that rates are taken over
    // A loop that runs so late is at the end of what it can bear, whatever its rate.
    Duration lag_max = std::chrono::milliseconds(250);
};

// What is read at one time. Neither of the two sums falls.
struct LoadSample {
    std::uint64_t events = 0;  // received since the start
    Duration busy{};           // the loop's thread did not sleep for so long since the start
    Duration lag{};            // how much later than due the loop came to read this
    // Share of the memory that is in use for what neither the disk nor every consumer has taken.
    double spool_memory = 0;
};

struct LoadFigures {
    double events_per_second = 0;
    double busy = 0;                 // share of the time in which the loop did not sleep
    std::optional<double> capacity;  // events a second; none as long as it is not known
    Duration lag{};                  // of the last sample, as is the next
    double spool_memory = 0;
    double share = 0;  // what the level goes by
};

// How much of what one worker can do is used:
//
//     share = max(ingest, lag / lag_max, spool_memory)
//     ingest = events a second / capacity
//
// A capacity that is not set is measured: a loop that takes 5,000 events a second and works for a
// quarter of the time could take 20,000, so capacity = events a second / busy. Put into the line
// above that leaves ingest = busy, and that is what is used: it holds with no event at all, and
// needs no estimate. The capacity itself is for people, and smoothed; below `busy_min` it is not
// renewed, for there what the loop does besides events is most of its work.
//
// A disk that takes less than what comes shows in none of these, since the loop does not wait for
// it. What neither it nor every consumer has taken is kept in memory, up to a limit at which
// messages are lost: how near that is counts as it is.
//
// To wait for a processor counts as work. So a loop that gets too little of one, on a machine with
// too many others or in a container with a quota, is busy, and its capacity is what is left of it.
class LoadMeter {
public:
    explicit LoadMeter(LoadMeterOptions options) : options_(options) {}

    // `now` is not before that of the last sample. One at the same time replaces it.
    void on_sample(const LoadSample& sample, TimePoint now);

    [[nodiscard]] const LoadFigures& figures() const { return figures_; }

private:
    static constexpr double busy_min = 0.05;
    // Within it, a change of the measured capacity shows to two thirds.
    static constexpr Duration smoothing = std::chrono::seconds(30);
    // However often samples come; with more the window is shorter.
    static constexpr std::size_t points_max = 64;

    struct Point {
        TimePoint at;
        LoadSample sample;
    };

    void renew_rates();
    void renew_capacity(Duration since_last);

    LoadMeterOptions options_;
    std::deque<Point> points_;  // the window's, and the one before it
    LoadFigures figures_;
};

}  // namespace conduitd
