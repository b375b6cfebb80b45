#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <string>
#include <sys/eventfd.h>

namespace bench {

// What the threads of the load generator share.
class Control {
public:
    Control() : start_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    // Orders the events of the plan. Some session that waits takes the order.
    void order_start() { ::eventfd_write(start_, 1); }
    // Readable when there is an order.
    [[nodiscard]] int start_descriptor() const { return start_; }
    [[nodiscard]] bool take_order() {
        eventfd_t ignored = 0;
        return ::eventfd_read(start_, &ignored) == 0;
    }

    // The first of so many numbers of events; none is given twice.
    [[nodiscard]] std::uint64_t take_numbers(std::uint64_t count) { return next_.fetch_add(count); }

    void bind(const std::string& session_id) {
        const std::lock_guard lock(mutex_);
        bound_ = session_id;
    }
    [[nodiscard]] std::string bound() const {
        const std::lock_guard lock(mutex_);
        return bound_;
    }

    // One line of JSON on stdout.
    void report(const std::string& line) {
        const std::lock_guard lock(mutex_);
        std::puts(line.c_str());
        std::fflush(stdout);
    }

private:
    int start_;
    std::atomic<std::uint64_t> next_ = 1;
    mutable std::mutex mutex_;
    std::string bound_;  // the session that has the shard
};

}  // namespace bench
