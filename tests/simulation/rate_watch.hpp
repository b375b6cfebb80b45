#pragma once

#include "event_queue.hpp"

#include <algorithm>
#include <cstddef>
#include <deque>

namespace simulation {

// How often something happened within the last minute.
class RateWatch {
public:
    // Answers how many it are now, this one included.
    std::size_t note(TimePoint now) {
        times_.push_back(now);
        while (now - times_.front() > std::chrono::minutes(1)) times_.pop_front();
        most_ = std::max(most_, times_.size());
        return times_.size();
    }
    [[nodiscard]] std::size_t most() const { return most_; }

private:
    std::deque<TimePoint> times_;
    std::size_t most_ = 0;
};

}  // namespace simulation
