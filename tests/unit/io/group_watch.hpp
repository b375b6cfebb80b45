#pragma once

#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace conduitd::test {

// Tells when every process of a hook is gone, grandchildren too: they all hold the end of a FIFO.
class GroupWatch {
public:
    explicit GroupWatch(std::string path) : path_(std::move(path)) {
        ::mkfifo(path_.c_str(), 0600);
        fd_ = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    ~GroupWatch() { ::close(fd_); }
    GroupWatch(const GroupWatch&) = delete;
    GroupWatch& operator=(const GroupWatch&) = delete;

    // The shell that runs this is a member, and what it starts afterwards.
    [[nodiscard]] std::string join_command() const { return "exec 3>" + path_ + "; echo >&3"; }

    // False when it takes longer than any test should.
    [[nodiscard]] bool wait_for_members() const {
        char byte = 0;
        return wait_for(POLLIN) && ::read(fd_, &byte, 1) == 1;
    }
    [[nodiscard]] bool wait_for_the_last() const { return wait_for(POLLHUP); }
    [[nodiscard]] bool has_members() const {
        pollfd entry{fd_, 0, 0};
        return ::poll(&entry, 1, 0) == 0;
    }

private:
    [[nodiscard]] bool wait_for(short events) const {
        constexpr int patience_ms = 30'000;
        pollfd entry{fd_, static_cast<short>(events & POLLIN), 0};
        return ::poll(&entry, 1, patience_ms) == 1 && (entry.revents & events) != 0;
    }

    std::string path_;
    int fd_;
};

}  // namespace conduitd::test
