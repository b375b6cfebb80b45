#pragma once

#include "base/time.hpp"
#include "task.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
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

    // A time that is over means now. Most of what is asked for is due soon, so its place is near
    // the end of the list.
    template <class Call>
    void at(TimePoint time, Call&& call) {
        const Entry entry{std::max(time, now_), make_task(std::forward<Call>(call))};
        auto place = entries_.end();
        while (place != entries_.begin() && std::prev(place)->at <= entry.at) --place;
        entries_.insert(place, entry);
    }
    template <class Call>
    void after(Duration delay, Call&& call) {
        at(now_ + delay, std::forward<Call>(call));
    }

    [[nodiscard]] TimePoint deadline() const {
        return entries_.empty() ? conduitd::never : entries_.back().at;
    }

    // Precondition: there is one, and its time has come.
    void run_next() {
        Task* const task = entries_.back().task;
        entries_.pop_back();
        (*task)();
        done_.push_back(task);
    }

private:
    struct Entry {
        TimePoint at;
        Task* task;
    };

    template <class Call>
    Task* make_task(Call&& call) {
        if (done_.empty()) return &tasks_.emplace_back(std::forward<Call>(call));
        Task* const task = done_.back();
        done_.pop_back();
        task->replace(std::forward<Call>(call));
        return task;
    }

    TimePoint now_;
    std::vector<Entry> entries_;  // the soonest last
    std::deque<Task> tasks_;      // theirs, which never move, even when one of them adds more
    std::vector<Task*> done_;     // to be replaced
};

}  // namespace simulation
