#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio {
class io_context;
}

namespace conduitd {

struct StdoutWriterOptions {
    // What was written there before may end in the middle of a line.
    bool is_mid_line = false;
    // What is there unread was written by another process, whose lines are gone on with: it counts
    // as given to write().
    bool is_resumed = false;
    // What the end waits for a write to a disk that is under way. Short, for it comes on top of a
    // stop that may have used up its time.
    Duration end_patience = std::chrono::seconds(1);
};

// Writes whole batches of lines to a file descriptor (a file, a pipe, a terminal), and never stops
// the loop for a reader that stalls: what does not go in at once is written on a thread of its own.
// One batch at a time. SIGPIPE is for the process to ignore.
//
// A write to a file on a disk or a network folder that hangs may last for longer than this object
// lives, though not than the process.
class StdoutWriter {
public:
    // `done` gets the empty string's buffer back for reuse, and errc::broken_pipe when the reader
    // is gone, or what else the write failed with; called on the io_context's thread.
    using Done = std::function<void(ErrorCode, std::string buffer)>;

    // `fd` stays open as long as this object lives, and when end() is false as long as the
    // process. Throws std::system_error when the system has no thread or descriptor left for it.
    [[nodiscard]] static std::unique_ptr<StdoutWriter> make(boost::asio::io_context& context,
                                                            int fd,
                                                            StdoutWriterOptions options = {});
    // Does the same as end().
    virtual ~StdoutWriter() = default;

    // Not before the previous batch is done.
    virtual void write(std::string batch, Done done) = 0;

    // Of all bytes given to write(), so many the reader has taken at least: for a pipe all but what
    // is in it, for a socket all of those after which it was empty, for a file what is written.
    [[nodiscard]] virtual std::uint64_t bytes_taken() = 0;
    // Writes nothing any more: what a stalled reader holds up is not waited for, and a write to a
    // file no longer than `end_patience`. False when that hangs: it is left to itself, and what it
    // holds may be written or not. No callback comes any more.
    virtual bool end() = 0;

    // What counts as given before the first write().
    [[nodiscard]] virtual std::uint64_t bytes_before() const = 0;
    // After an end() that is true: what was given and not written.
    [[nodiscard]] virtual std::string unwritten() const = 0;

    // Whether what was written until now may end in the middle of a line.
    [[nodiscard]] virtual bool is_mid_line() const = 0;

    // A reader that is gone is noticed also while there is nothing to write (pipes and sockets):
    // `gone` is called once, on the io_context's thread.
    virtual void watch_reader(std::function<void()> gone) = 0;
};

}  // namespace conduitd
