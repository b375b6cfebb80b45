#include "io/spool_consumers.hpp"

#include <utility>
#include <vector>

namespace conduitd {

void SpoolConsumers::attach(const std::string& name, std::optional<std::uint64_t> acked_if_new,
                            Attached done) {
    next_.steps.push_back({name, true, acked_if_new, std::move(done)});
    start();
}

void SpoolConsumers::save(const std::string& name, std::uint64_t acked) {
    next_.cursors[name] = acked;
    start();
}

void SpoolConsumers::detach(const std::string& name) {
    next_.steps.push_back({name, false, {}, nullptr});
    start();
}

void SpoolConsumers::start() {
    if (!is_running_) run_next();
}

void SpoolConsumers::run_next() {
    if (next_.cursors.empty() && next_.steps.empty()) return;
    const auto job = std::make_shared<Job>(std::exchange(next_, {}));
    is_running_ = spool_.try_run([job](Spool& spool, SpoolTime now) { run(*job, spool, now); },
                                 [this, job, alive = std::weak_ptr(alive_)] {
                                     if (!alive.expired()) finish(*job);
                                 });
    if (is_running_) return;
    // What has no answer is kept for the next time; who waits for one is told.
    next_.cursors = std::move(job->cursors);
    std::vector<Attached> refused;
    for (auto& step : job->steps) {
        if (step.is_attach) {
            refused.push_back(std::move(step.done));
        } else {
            next_.steps.push_back(std::move(step));
        }
    }
    for (const auto& done : refused) done(make_error_code(boost::system::errc::timed_out));
}

void SpoolConsumers::run(Job& job, Spool& spool, SpoolTime now) {
    // One that was removed meanwhile needs no cursor.
    for (const auto& [name, acked] : job.cursors) (void)spool.ack(name, acked, now);
    for (auto& step : job.steps) {
        if (step.is_attach) {
            step.cursor = spool.attach(step.name, step.acked_if_new, now);
        } else {
            spool.detach(step.name, now);
        }
    }
}

void SpoolConsumers::finish(Job& job) {
    is_running_ = false;
    for (auto& step : job.steps) {
        if (step.done) step.done(step.cursor);
    }
    start();
}

}  // namespace conduitd
