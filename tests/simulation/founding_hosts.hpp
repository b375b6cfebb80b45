#pragma once

#include "connection.hpp"
#include "event_queue.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace simulation {

// A lock that the workers of a host take in turn, as io/turn_lock.hpp is one.
class HostLock {
public:
    HostLock(EventQueue& queue, Duration patience) : queue_(queue), patience_(patience) {}

    // `done` is called later, with the lock or, at the end of the patience, without it.
    void lock(ProcessId process, std::function<void()> done) {
        waiting_.push_back({process, std::move(done)});
        queue_.after(patience_, [this, process] { take(process); });
        queue_.after(poll_period, [this] { serve(); });
    }
    void unlock(ProcessId process) {
        std::erase_if(waiting_, [&](const Waiting& one) { return one.process == process; });
        if (holder_ != process) return;
        holder_.reset();
        queue_.after(poll_period, [this] { serve(); });
    }

private:
    static constexpr Duration poll_period = std::chrono::milliseconds(50);
    struct Waiting {
        ProcessId process;
        std::function<void()> done;
    };

    void serve() {
        if (holder_ || waiting_.empty()) return;
        holder_ = waiting_.front().process;
        take(*holder_);
    }
    void take(ProcessId process) {
        const auto found = std::ranges::find(waiting_, process, &Waiting::process);
        if (found == waiting_.end()) return;
        const auto done = std::move(found->done);
        waiting_.erase(found);
        done();
    }

    EventQueue& queue_;
    Duration patience_;
    std::optional<ProcessId> holder_;
    std::deque<Waiting> waiting_;
};

// What the workers of a host share: the files of conduitd/conduit_files.hpp and of
// conduitd/credential_files.hpp.
struct FoundingHost {
    explicit FoundingHost(EventQueue& queue)
        : conduit_lock(queue, std::chrono::seconds(15)),
          token_lock(queue, std::chrono::seconds(10)) {}

    HostLock conduit_lock;
    HostLock token_lock;
    std::map<std::string, std::string> remembered;  // conduit ids, by client id
    std::string token;
    unsigned token_requests = 0;
};

}  // namespace simulation
