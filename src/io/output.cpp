#include "io/output.hpp"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace conduitd {
namespace {

// A descriptor with the same pipe or terminal behind it, and flags of its own; -1 when the system
// does not allow it (the pipe of another user, no /proc).
int open_again(int fd) {
    const auto path = fmt::format("/proc/self/fd/{}", fd);
    return ::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

bool has_room(int fd) {
    pollfd entry{fd, POLLOUT, 0};
    return ::poll(&entry, 1, 0) == 1;  // an error counts as room: the write reports it
}

}  // namespace

Output::Output(int fd) : fd_(fd), kind_(Kind::shared) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return;  // the first write reports it
    if (S_ISREG(status.st_mode)) {
        kind_ = Kind::file;
    } else if (S_ISSOCK(status.st_mode)) {
        kind_ = Kind::socket;
    } else if (const int own = open_again(fd); own >= 0) {
        fd_ = own;
        kind_ = Kind::opened_again;
    }
}

Output::~Output() {
    if (kind_ == Kind::opened_again) ::close(fd_);
}

ErrorCode Output::write_some(std::string_view bytes, std::size_t& written) {
    written = 0;
    if (kind_ == Kind::shared) {
        // A pipe that polls as writable takes PIPE_BUF bytes without waiting, unless another
        // process fills it in between; then the wait is for that process's reader, who is ours.
        if (!has_room(fd_)) return {};
        bytes = bytes.substr(0, std::min<std::size_t>(bytes.size(), PIPE_BUF));
    }
    const auto result = kind_ == Kind::socket
                            ? ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                            : ::write(fd_, bytes.data(), bytes.size());
    if (result >= 0) {
        written = static_cast<std::size_t>(result);
        return {};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {};
    return {errno, boost::system::system_category()};
}

}  // namespace conduitd
