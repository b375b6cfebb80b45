#pragma once

#include "base/time.hpp"
#include "task.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

namespace simulation {

using conduitd::Duration;
using conduitd::TimePoint;

// Virtual time, and what is to happen in it. Of two things due at one moment the one that was
// asked for first happens first, so that a run is the same each time.
class EventQueue {
public:
    explicit EventQueue(TimePoint start) : now_(start) {}

    [[nodiscard]] TimePoint now() const { return now_; }
    void advance_to(TimePoint time) { now_ = std::max(now_, time); }

    // A time that is over means now.
    template <class Call>
    void at(TimePoint time, Call&& call) {
        entries_.push_back({std::max(time, now_), next_order_++, put(std::forward<Call>(call))});
        std::ranges::push_heap(entries_, is_later);
    }
    template <class Call>
    void after(Duration delay, Call&& call) {
        at(now_ + delay, std::forward<Call>(call));
    }

    [[nodiscard]] TimePoint deadline() const {
        return entries_.empty() ? conduitd::never : entries_.front().at;
    }

    // Precondition: there is one, and its time has come.
    void run_next() {
        std::ranges::pop_heap(entries_, is_later);
        const auto place = entries_.back().place;
        entries_.pop_back();
        tasks_[place]();
        free_.push_back(place);
    }

private:
    using Place = std::uint32_t;
    struct Entry {
        TimePoint at;
        std::uint32_t order;
        Place place;
    };
    static constexpr auto is_later = [](const Entry& left, const Entry& right) {
        return left.at != right.at ? left.at > right.at : left.order > right.order;
    };

    template <class Call>
    Place put(Call&& call) {
        if (free_.empty()) {
            tasks_.emplace_back(std::forward<Call>(call));
            return static_cast<Place>(tasks_.size() - 1);
        }
        const auto place = free_.back();
        free_.pop_back();
        tasks_[place].replace(std::forward<Call>(call));
        return place;
    }

    TimePoint now_;
    std::uint32_t next_order_ = 0;
    std::vector<Entry> entries_;  // a heap, the soonest in front
    std::deque<Task> tasks_;      // theirs, which never move, even when one of them adds more
    std::vector<Place> free_;     // places of tasks that were done
};

}  // namespace simulation
