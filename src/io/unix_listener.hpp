#pragma once

#include "base/error.hpp"

#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

namespace conduitd {

// Who may connect to a socket that is a file.
struct UnixAccess {
    mode_t mode = 0600;  // whatever the umask is
    std::string group;   // by name or number; empty: the process's own
};

// A Unix socket that listens under a path: unless told otherwise for its owner alone, from the
// first moment.
//
// A socket that a dead process left at the path is replaced. One that somebody listens at is left
// alone, and so is anything that is not a socket. Does not wait for anybody, but for the moment in
// which another process opens a socket in the same folder.
class UnixListener {
public:
    // Errors: address_in_use (somebody listens there), not_a_socket, filename_too_long,
    // make_no_such_group_error(), operation_not_permitted (the group is not one of the process's),
    // and what the system says of the folder. `path` is not empty.
    [[nodiscard]] static Result<UnixListener> open(const std::string& path,
                                                   const UnixAccess& access = {});

    // Under a name that is no file and has no mode: all processes of the network namespace may
    // connect. Errors: address_in_use, filename_too_long, invalid_argument (the name is empty).
    [[nodiscard]] static Result<UnixListener> open_abstract(std::string_view name);

    // One that another process made, whose descriptor this one was given: the file at `path` is
    // this object's from now on, and gets the access as with open(). Errors: not_a_socket,
    // invalid_argument (it does not listen), and those of open() about the group.
    [[nodiscard]] static Result<UnixListener> adopt(const std::string& path, int fd,
                                                    const UnixAccess& access = {});
    // The other way round: the file stays. A descriptor of the same socket, to be given away.
    [[nodiscard]] int release();

    // Removes the socket's file, unless another has taken its place.
    ~UnixListener();
    UnixListener(UnixListener&& other) noexcept;
    UnixListener& operator=(UnixListener&&) = delete;

    // For accept(); non-blocking, and closed on exec. Stays this object's.
    [[nodiscard]] int descriptor() const { return fd_; }
    [[nodiscard]] const std::string& path() const { return path_; }  // or `@name`

private:
    UnixListener(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
    [[nodiscard]] ErrorCode take_path(const UnixAccess& access);
    // `mode_now`: of the file.
    [[nodiscard]] ErrorCode allow(const UnixAccess& access, mode_t mode_now);
    [[nodiscard]] ErrorCode listen();

    std::string path_;
    int fd_;
    dev_t device_ = 0;  // of the file that is ours; no file has these two
    ino_t inode_ = 0;
};

// For people: why no socket could be opened.
[[nodiscard]] std::string describe_listen_error(ErrorCode error);

}  // namespace conduitd
