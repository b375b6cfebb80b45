#include "twitch_sim/model/agenda.hpp"

#include <utility>

namespace twitch_sim {

bool Agenda::add(TimePoint at, Task task) {
    if (tasks_.size() >= tasks_max) return false;
    tasks_.emplace(at, std::move(task));
    return true;
}

TimePoint Agenda::deadline() const {
    return tasks_.empty() ? conduitd::never : tasks_.begin()->first;
}

// A task may add others, also at once.
void Agenda::on_deadline(TimePoint now) {
    while (deadline() <= now) {
        const Task task = std::move(tasks_.begin()->second);
        tasks_.erase(tasks_.begin());
        task(now);
    }
}

}  // namespace twitch_sim
