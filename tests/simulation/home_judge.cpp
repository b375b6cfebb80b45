#include "home_judge.hpp"

#include <fmt/format.h>

namespace simulation {

void HomeJudge::watch() const {
    const auto now = parts_.queue.now();
    if (now < parts_.plan.recovered_by() || now >= parts_.plan.ends) return;
    for (unsigned worker = 0; worker < parts_.fleet.size(); ++worker) {
        if (!parts_.fleet.is_at_work(worker)) continue;
        const auto& process = *parts_.fleet.process_of(worker);
        const auto& home = process.home();
        if (home.empty() || home.highest() < parts_.places.count()) continue;
        return parts_.checker.fail(fmt::format("p{} takes for its own shard {} of {}", process.id(),
                                               home.highest(), parts_.places.count()));
    }
}

}  // namespace simulation
