#pragma once

#include "base/error.hpp"
#include "io/spool_thread.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// The way of cursors from the sinks to the spool. Acks may come by the thousand: they are brought
// over one job at a time, of each consumer the last. What is asked for here happens in order.
class SpoolConsumers {
public:
    // `spool` outlives this object.
    explicit SpoolConsumers(SpoolThread& spool) : spool_(spool) {}
    SpoolConsumers(const SpoolConsumers&) = delete;
    SpoolConsumers& operator=(const SpoolConsumers&) = delete;

    // As Spool::attach(); the answer is the cursor. An error too when the disk hangs.
    using Attached = std::function<void(const Result<std::uint64_t>&)>;
    void attach(const std::string& name, std::optional<std::uint64_t> acked_if_new, Attached done);

    // Everything up to `acked` is the consumer's for good.
    void save(const std::string& name, std::uint64_t acked);

    void detach(const std::string& name);

    // Forgets the consumer. The answer: those of Spool::remove_consumer(), or that the disk hangs.
    void remove(const std::string& name, std::function<void(ErrorCode)> done);

    // All that have a cursor, and where it stands. An error when the disk hangs.
    using Listed = std::function<void(const Result<std::vector<ConsumerStatus>>&)>;
    void list(Listed done);

    // Brings over what waits without waiting for its turn: before the spool is ended.
    void flush() { run_next(); }

private:
    struct Step {
        SpoolThread::Work run;
        // Who waits for an answer: with an error when the step cannot be run. Steps that nobody
        // waits for are kept until they can.
        std::function<void(ErrorCode)> done;
    };
    struct Job {
        std::map<std::string, std::uint64_t> cursors;  // go first: later ones wait for the next job
        std::deque<Step> steps;
    };

    void add(Step step);
    void start();
    void run_next();
    static void run(Job& job, Spool& spool, SpoolTime now);
    void finish(Job& job);

    SpoolThread& spool_;
    Job next_;
    bool is_running_ = false;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace conduitd
