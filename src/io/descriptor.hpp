#pragma once

#include "base/error.hpp"

#include <cerrno>
#include <unistd.h>
#include <utility>

namespace conduitd {

// What the system said of the call that failed last on this thread.
[[nodiscard]] inline ErrorCode last_error() {
    return {errno, boost::system::system_category()};
}

// Owns a file descriptor, or none.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    [[nodiscard]] int number() const { return fd_; }

    // For writers: the last moment at which a write can be reported as failed.
    [[nodiscard]] ErrorCode close() {
        return ::close(std::exchange(fd_, -1)) == 0 ? ErrorCode() : last_error();
    }

private:
    int fd_;
};

}  // namespace conduitd
