#include "io/output.hpp"

#include "io/descriptor.hpp"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
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

// A wish: a pipe that stays small only makes the writer wait for its reader more often.
void widen_pipe(int fd) {
    const int bytes = ::fcntl(fd, F_GETPIPE_SZ);
    if (bytes >= 0 && bytes < Output::pipe_bytes) ::fcntl(fd, F_SETPIPE_SZ, Output::pipe_bytes);
}

bool has_room(int fd) {
    pollfd entry{fd, POLLOUT, 0};
    return ::poll(&entry, 1, 0) == 1;  // an error counts as room: the write reports it
}

}  // namespace

Output::Output(int fd) : fd_(fd), kind_(Kind::shared) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return;  // the first write reports it
    is_pipe_ = S_ISFIFO(status.st_mode);
    if (is_pipe_) widen_pipe(fd);
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

std::uint64_t Output::unread_max() const {
    int bytes = 0;
    if (is_pipe_ && ::ioctl(fd_, FIONREAD, &bytes) == 0) return static_cast<std::uint64_t>(bytes);
    if (kind_ == Kind::socket && ::ioctl(fd_, SIOCOUTQ, &bytes) == 0 && bytes > 0) {
        return std::numeric_limits<std::uint64_t>::max();
    }
    return 0;
}

std::optional<bool> Output::is_mid_line() const {
    if (kind_ != Kind::file) return std::nullopt;
    const bool is_appended_to = (::fcntl(fd_, F_GETFL) & O_APPEND) != 0;
    const auto end = ::lseek(fd_, 0, is_appended_to ? SEEK_END : SEEK_CUR);
    if (end < 0) return std::nullopt;
    if (end == 0) return false;
    const auto path = fmt::format("/proc/self/fd/{}", fd_);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    char last = 0;
    if (!file.is_open() || ::pread(file.number(), &last, 1, end - 1) != 1) return std::nullopt;
    return last != '\n';
}

std::string identity_of(int fd) {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return {};
    return fmt::format("{}:{}", status.st_dev, status.st_ino);
}

}  // namespace conduitd
