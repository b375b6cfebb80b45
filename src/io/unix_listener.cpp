#include "io/unix_listener.hpp"

#include "io/descriptor.hpp"
#include "io/group.hpp"
#include "io/unix_address.hpp"

#include <cerrno>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace conduitd {
namespace {

namespace errc = boost::system::errc;

// Two processes that start at once must not both find the same dead socket: the slower one would
// remove the other's living one. So the folder is locked meanwhile. Anybody who may read the folder
// may lock it too, which must not keep a worker from starting: after a second it goes on without.
class SocketFolderLock {
public:
    explicit SocketFolderLock(const std::string& folder)
        : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        constexpr int attempts_max = 100;
        for (int attempt = 0; folder_.is_open() && attempt < attempts_max; ++attempt) {
            if (::flock(folder_.number(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

private:
    Descriptor folder_;  // closing it unlocks
};

std::string folder_of(const std::string& path) {
    const auto folder = std::filesystem::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

int make_socket() {
    return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

enum class Occupant { nobody, dead_socket, living_socket, something_else };

Result<Occupant> find_occupant(const std::string& path, const UnixAddress& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        return errno == ENOENT ? Result<Occupant>(Occupant::nobody) : last_error();
    }
    if (!S_ISSOCK(status.st_mode)) return Occupant::something_else;

    const Descriptor probe(make_socket());
    if (!probe.is_open()) return last_error();
    if (::connect(probe.number(), address.data(), address.size()) == 0) {
        return Occupant::living_socket;
    }
    if (errno == ECONNREFUSED) return Occupant::dead_socket;
    if (errno == ENOENT) return Occupant::nobody;
    // Somebody is there who has no time (EAGAIN), or who speaks another kind of socket.
    if (errno == EAGAIN || errno == EPROTOTYPE) return Occupant::living_socket;
    return last_error();
}

ErrorCode make_room(const std::string& path, const UnixAddress& address) {
    const auto occupant = find_occupant(path, address);
    if (!occupant) return occupant.error();
    switch (*occupant) {
        case Occupant::nobody:
            return {};
        case Occupant::dead_socket:
            return ::unlink(path.c_str()) == 0 || errno == ENOENT ? ErrorCode() : last_error();
        case Occupant::living_socket:
            return make_error_code(errc::address_in_use);
        case Occupant::something_else:
            return make_error_code(errc::not_a_socket);
    }
    return {};
}

constexpr auto keep_owner = static_cast<uid_t>(-1);

}  // namespace

Result<UnixListener> UnixListener::open(const std::string& path, const UnixAccess& access) {
    const int fd = make_socket();
    if (fd < 0) return last_error();
    UnixListener listener(path, fd);
    if (const auto error = listener.take_path(access)) return error;
    return listener;
}

Result<UnixListener> UnixListener::open_abstract(std::string_view name) {
    const auto address = UnixAddress::make_abstract(name);
    if (!address) return address.error();
    const int fd = make_socket();
    if (fd < 0) return last_error();
    UnixListener listener("@" + std::string(name), fd);
    if (::bind(fd, address->data(), address->size()) != 0) return last_error();
    if (const auto error = listener.listen()) return error;
    return listener;
}

Result<UnixListener> UnixListener::adopt(const std::string& path, int fd,
                                         const UnixAccess& access) {
    UnixListener listener(path, fd);
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0) return last_error();
    if (listens == 0) return make_error_code(errc::invalid_argument);
    struct stat status {};
    if (!path.starts_with('@') && ::lstat(path.c_str(), &status) == 0) {
        if (const auto error = listener.allow(access, status.st_mode & 0777)) return error;
        listener.device_ = status.st_dev;
        listener.inode_ = status.st_ino;
    }
    return listener;
}

int UnixListener::release() {
    device_ = 0;
    inode_ = 0;
    return std::exchange(fd_, -1);
}

ErrorCode UnixListener::take_path(const UnixAccess& access) {
    const auto address = UnixAddress::make(path_);
    if (!address) return address.error();
    if (!access.group.empty()) {
        if (const auto found = find_group(access.group); !found) return found.error();
    }
    const SocketFolderLock lock(folder_of(path_));
    if (const auto error = make_room(path_, *address)) return error;

    // Linux gives the file the mode that the socket has when it is bound (less the umask), so there
    // is no moment in which others could connect. Nobody can before it listens, either.
    if (::fchmod(fd_, 0600) != 0) return last_error();
    if (::bind(fd_, address->data(), address->size()) != 0) return last_error();
    struct stat status {};
    if (::lstat(path_.c_str(), &status) != 0) return last_error();
    device_ = status.st_dev;
    inode_ = status.st_ino;
    if (const auto error = allow(access, 0600)) return error;
    return listen();
}

ErrorCode UnixListener::allow(const UnixAccess& access, mode_t mode_now) {
    if (!access.group.empty()) {
        const auto group = find_group(access.group);
        if (!group) return group.error();
        if (::lchown(path_.c_str(), keep_owner, *group) != 0) return last_error();
    }
    if (access.mode != mode_now && ::chmod(path_.c_str(), access.mode) != 0) return last_error();
    return {};
}

ErrorCode UnixListener::listen() {
    constexpr int backlog = 64;  // clients that wait to be accepted; the next ones wait outside
    return ::listen(fd_, backlog) == 0 ? ErrorCode() : last_error();
}

std::string describe_listen_error(ErrorCode error) {
    if (error == errc::address_in_use) return "another process listens there";
    if (error == errc::not_a_socket) return "there is something that is not a socket";
    if (error == errc::filename_too_long) return "a socket's path has at most 107 bytes";
    if (error == errc::operation_not_permitted) {
        return "the process may not give it to this group, which is not one of its own";
    }
    return error.message();
}

UnixListener::UnixListener(UnixListener&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      device_(std::exchange(other.device_, 0)),
      inode_(std::exchange(other.inode_, 0)) {}

UnixListener::~UnixListener() {
    if (fd_ < 0) return;
    struct stat status {};
    const bool is_ours = inode_ != 0 && ::lstat(path_.c_str(), &status) == 0 &&
                         status.st_dev == device_ && status.st_ino == inode_;
    if (is_ours) ::unlink(path_.c_str());
    ::close(fd_);
}

}  // namespace conduitd
