#pragma once

#include "base/error.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace conduitd {

// Writes whole batches of lines to a file descriptor (a file, a pipe, a terminal) on a thread of
// its own, so that a reader that stalls never stops the loop. One batch at a time.
class StdoutWriter {
public:
    // `done` gets the empty string's buffer back for reuse, and errc::broken_pipe when the reader
    // is gone, or what else the write failed with; called on the io_context's thread.
    using Done = std::function<void(ErrorCode, std::string buffer)>;

    // `fd` stays open as long as this object lives. `is_mid_line`: what was written there before
    // may end in the middle of a line. Throws std::system_error when the system has no thread or
    // descriptor left for it.
    [[nodiscard]] static std::unique_ptr<StdoutWriter> make(boost::asio::io_context& context,
                                                            int fd, bool is_mid_line = false);
    // Does not wait for a write that a stalled reader holds up.
    virtual ~StdoutWriter() = default;

    // Not before the previous batch is done.
    virtual void write(std::string batch, Done done) = 0;

    // Of all bytes given to write(), so many the reader has taken at least: for a pipe all but what
    // is in it, for a socket all of those after which it was empty, for a file what is written.
    [[nodiscard]] virtual std::uint64_t bytes_taken() = 0;
    // Writes nothing any more, but for a write to a file that is under way: that is waited for.
    virtual void stop() = 0;

    // Whether what was written until now may end in the middle of a line.
    [[nodiscard]] virtual bool is_mid_line() const = 0;

    // A reader that is gone is noticed also while there is nothing to write (pipes and sockets):
    // `gone` is called once, on the io_context's thread.
    virtual void watch_reader(std::function<void()> gone) = 0;
};

}  // namespace conduitd
