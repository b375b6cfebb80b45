#include "io/spool_consumers.hpp"

#include <utility>
#include <vector>

namespace conduitd {

void SpoolConsumers::attach(const std::string& name, std::optional<std::uint64_t> acked_if_new,
                            Attached done) {
    const auto cursor = std::make_shared<Result<std::uint64_t>>(std::uint64_t{0});
    add({[name, acked_if_new, cursor](Spool& spool, SpoolTime now) {
             *cursor = spool.attach(name, acked_if_new, now);
         },
         [cursor, done = std::move(done)](ErrorCode refusal) {
             if (refusal) *cursor = refusal;
             done(*cursor);
         }});
}

void SpoolConsumers::save(const std::string& name, std::uint64_t acked) {
    next_.cursors[name] = acked;
    start();
}

void SpoolConsumers::detach(const std::string& name) {
    add({[name](Spool& spool, SpoolTime now) { spool.detach(name, now); }, nullptr});
}

void SpoolConsumers::remove(const std::string& name, std::function<void(ErrorCode)> done) {
    const auto error = std::make_shared<ErrorCode>();
    add({[name, error](Spool& spool, SpoolTime now) { *error = spool.remove_consumer(name, now); },
         [error, done = std::move(done)](ErrorCode refusal) { done(refusal ? refusal : *error); }});
}

void SpoolConsumers::list(Listed done) {
    const auto all = std::make_shared<Result<std::vector<ConsumerStatus>>>();
    add({[all](Spool& spool, SpoolTime now) { *all = spool.consumers(now.wall); },
         [all, done = std::move(done)](ErrorCode refusal) {
             if (refusal) *all = refusal;
             done(*all);
         }});
}

void SpoolConsumers::add(Step step) {
    next_.steps.push_back(std::move(step));
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
    std::vector<std::function<void(ErrorCode)>> refused;
    for (auto& step : job->steps) {
        if (step.done) {
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
    for (const auto& step : job.steps) step.run(spool, now);
}

void SpoolConsumers::finish(Job& job) {
    is_running_ = false;
    for (const auto& step : job.steps) {
        if (step.done) step.done({});
    }
    start();
}

}  // namespace conduitd
