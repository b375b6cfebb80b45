#pragma once

#include "twitch_sim/model/model.hpp"

#include <cstddef>
#include <functional>
#include <map>

namespace twitch_sim {

// What happens later: orders of a scenario, late repeats, shard updates that take their time.
class Agenda {
public:
    // Called with the time at which it happens.
    using Task = std::function<void(TimePoint now)>;

    // Tasks of the same time keep their order. False, and nothing is added, when tasks_max are
    // waiting already.
    bool add(TimePoint at, Task task);

    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now);  // runs all that are due

    [[nodiscard]] std::size_t size() const { return tasks_.size(); }

private:
    static constexpr std::size_t tasks_max = 1'000'000;

    std::multimap<TimePoint, Task> tasks_;
};

}  // namespace twitch_sim
