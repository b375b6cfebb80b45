#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace conduitd {

// A descriptor that is written to without ever waiting for its reader, and without changing what
// others see of it: O_NONBLOCK belongs to the open file description, which a shell or a supervisor
// may share with us, so it is never set on the descriptor that was given.
class Output {
public:
    // A pipe is made to hold at least so much, where the system lets a user have that: a batch of
    // lines. With the usual 64 KiB each would have to wait for the reader.
    static constexpr int pipe_bytes = 256 * 1024;

    // Does not own `fd`, which stays open as long as this object lives.
    explicit Output(int fd);
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    // Writes what goes in at once. `written` is 0 when there is no room; poll() for POLLOUT on
    // descriptor() tells when there is.
    // Errors: broken_pipe when the reader is gone, no_space_on_device, …
    [[nodiscard]] ErrorCode write_some(std::string_view bytes, std::size_t& written);

    // So many of the bytes written may still wait for the reader: exact for a pipe, all or none for
    // a socket; none for a file or a terminal. A pipe keeps what its reader, who is gone, has not
    // read.
    [[nodiscard]] std::uint64_t unread_max() const;

    // Whether the last thing written here, by whomever, ends in the middle of a line; empty where
    // that cannot be known.
    [[nodiscard]] std::optional<bool> is_mid_line() const;

    // For poll().
    [[nodiscard]] int descriptor() const { return fd_; }

    // Whether write_some() may wait after all: for a disk, or for who writes there as well.
    [[nodiscard]] bool may_wait() const { return kind_ == Kind::file || kind_ == Kind::shared; }

    // A file always has room, and no reader that could go.
    [[nodiscard]] bool is_file() const { return kind_ == Kind::file; }

private:
    enum class Kind {
        file,          // regular: write() waits for the disk only
        socket,        // send() takes "do not wait" per call
        opened_again,  // pipe or terminal, by an open file description of our own
        shared,        // pipe or terminal that could not be opened again
    };

    int fd_;
    Kind kind_;
    bool is_pipe_ = false;
};

// "device:inode", as systemd writes it into $JOURNAL_STREAM; empty when the descriptor is closed.
[[nodiscard]] std::string identity_of(int fd);

}  // namespace conduitd
