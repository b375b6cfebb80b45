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
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] bool is_open() const { return fd_ >= 0; }
    [[nodiscard]] int number() const { return fd_; }

    // The caller's from now on.
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }

    // For writers: the last moment at which a write can be reported as failed.
    [[nodiscard]] ErrorCode close() {
        return ::close(std::exchange(fd_, -1)) == 0 ? ErrorCode() : last_error();
    }

private:
    int fd_;
};

}  // namespace conduitd
