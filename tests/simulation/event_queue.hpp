#pragma once

#include "base/time.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace simulation {

using conduitd::Duration;
using conduitd::TimePoint;

// Virtual time, and what is to happen in it. Of two things due at one moment the one that was
// asked for first happens first, so that a run is the same each time.
class EventQueue {
public:
    using Task = std::function<void()>;

    explicit EventQueue(TimePoint start) : now_(start) {}

    [[nodiscard]] TimePoint now() const { return now_; }
    void advance_to(TimePoint time) { now_ = std::max(now_, time); }

    // A time that is over means now.
    void at(TimePoint time, Task task) {
        entries_.push_back({std::max(time, now_), next_order_++, std::move(task)});
        std::ranges::push_heap(entries_, is_later);
    }
    void after(Duration delay, Task task) { at(now_ + delay, std::move(task)); }

    [[nodiscard]] TimePoint deadline() const {
        return entries_.empty() ? conduitd::never : entries_.front().at;
    }

    // Precondition: there is one, and its time has come.
    void run_next() {
        std::ranges::pop_heap(entries_, is_later);
        const Task task = std::move(entries_.back().task);
        entries_.pop_back();
        task();
    }

private:
    struct Entry {
        TimePoint at;
        std::uint64_t order;
        Task task;
    };
    static bool is_later(const Entry& left, const Entry& right) {
        return left.at != right.at ? left.at > right.at : left.order > right.order;
    }

    TimePoint now_;
    std::uint64_t next_order_ = 0;
    std::vector<Entry> entries_;  // a heap, the soonest in front
};

}  // namespace simulation
