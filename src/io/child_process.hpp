#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "io/descriptor.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace conduitd {

struct ChildEnd {
    int exit_code = 0;
    int signal = 0;  // that ended it; 0: it ended by itself, with the code
};

// A command of the operator's, run by the shell beside this process. It shares nothing with it but
// stderr, which is its stdout too: ours belongs to the lines. It has a session and so a process
// group of its own, no other descriptor of ours, no signal blocked or ignored, and reads `input`
// from its standard input.
//
// Its end shows on a descriptor of the process. So no SIGCHLD is handled, which would be the whole
// program's business, and no thread waits; and a number that the system gave to another process
// since cannot be mistaken for it.
//
// Protocol: once descriptor() is readable, reap(). Nothing here waits, but wait().
class ChildProcess {
public:
    // A pipe takes so much while nobody reads it yet (PIPE_BUF), so `input` is written at once.
    static constexpr std::size_t input_bytes_max = 4096;

    // `command` is given to `/bin/sh -c`; `environment` is all that it gets, as "NAME=value".
    // Errors: message_size, function_not_supported (before Linux 5.3), what the system says.
    [[nodiscard]] static Result<std::unique_ptr<ChildProcess>> start(
        const std::string& command, std::string_view input,
        const std::vector<std::string>& environment);

    // One that was not reaped is killed, with its group, and left to the system.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    // Readable once the process has ended; stays this object's.
    [[nodiscard]] int descriptor() const { return watch_.number(); }

    // To the process and to all that it started and that did not leave its group. Not after it was
    // reaped: the number may be another group's by then.
    void signal_group(int signal) const;

    // How it ended; empty as long as it runs. Afterwards only the destructor is called.
    [[nodiscard]] std::optional<ChildEnd> reap();

    // Waits for its end; false when that takes longer.
    [[nodiscard]] bool wait(Duration patience) const;

private:
    ChildProcess(pid_t pid, int watch) : pid_(pid), watch_(watch) {}

    pid_t pid_;
    Descriptor watch_;
    bool is_reaped_ = false;
};

}  // namespace conduitd
