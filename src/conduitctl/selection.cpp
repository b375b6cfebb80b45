#include "conduitctl/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace conduitctl {
namespace {

bool is_meant(const Worker& worker, const Selector& selector) {
    if (selector.pid) {
        return worker.reach == Reach::answers && worker.status.number("pid") == *selector.pid;
    }
    return !selector.shard || worker.is_of(*selector.shard);
}

// Who stands by for a shard is not meant where another one has it.
void leave_holders(std::vector<Worker>& workers, std::uint32_t shard) {
    const auto holds = [shard](const Worker& worker) { return worker.holds(shard); };
    if (!std::ranges::any_of(workers, holds)) return;
    std::erase_if(workers, [&](const Worker& worker) { return !holds(worker); });
}

std::string say_none(const std::vector<Worker>& found, const Selector& selector,
                     const std::vector<std::string>& looked) {
    std::string text = selector.shard ? fmt::format("no worker of shard {} found", *selector.shard)
                       : selector.pid ? fmt::format("no worker with pid {} found", *selector.pid)
                                      : std::string("no worker found");
    if (!looked.empty()) {
        text += "; looked for control-*.sock in:";
        for (const auto& folder : looked) text += "\n  " + folder;
    }
    for (const auto& worker : found) {
        if (worker.reach == Reach::answers) continue;
        text += fmt::format("\n{}: {}", worker.place(), worker.error);
    }
    return text;
}

std::string say_several(const std::vector<Worker>& workers) {
    std::string text = "several workers are meant: choose with --socket or --shard, or say --all";
    for (const auto& worker : workers) {
        text += fmt::format("\n  {}  shard {}  {}", worker.label(), worker.shard(), worker.place());
    }
    return text;
}

}  // namespace

Selection select_to_show(std::vector<Worker> found, const Selector& selector,
                         const std::vector<std::string>& looked) {
    Selection selection;
    const bool is_any_alive = std::ranges::any_of(found, [&](const Worker& worker) {
        return worker.reach != Reach::stale && is_meant(worker, selector);
    });
    if (!is_any_alive) {
        selection.refusal = ExitCode::no_worker;
        selection.complaint = say_none(found, selector, looked);
    }
    std::erase_if(found, [&](const Worker& worker) { return !is_meant(worker, selector); });
    selection.workers = std::move(found);
    return selection;
}

Selection select_to_order(std::vector<Worker> found, const Selector& selector,
                          const std::vector<std::string>& looked) {
    auto selection = select_to_show(std::move(found), selector, looked);
    auto& workers = selection.workers;
    std::erase_if(workers, [](const Worker& worker) { return worker.reach == Reach::stale; });
    if (selector.shard) leave_holders(workers, *selector.shard);
    if (workers.size() > 1 && !selector.is_all) {
        selection.refusal = ExitCode::usage;
        selection.complaint = say_several(workers);
        workers.clear();
    }
    return selection;
}

}  // namespace conduitctl
