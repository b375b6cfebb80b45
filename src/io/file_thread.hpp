#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

namespace boost::asio {
class io_context;
}

namespace conduitd {

struct FileThreadLimits {
    // Jobs that wait for the one under way; more are refused: a disk that does not answer must not
    // fill the memory.
    std::size_t jobs_max = 16;
    // What the end waits for the jobs that are left. Short, for it comes on top of a stop that may
    // have used up the time that a supervisor gives it.
    Duration end_patience = std::chrono::seconds(1);
};

// Runs file calls, one after the other, on a thread of their own: a disk or a network folder that
// stalls must not stop the loop that reads sockets, and one that hangs must not keep the process
// from ending.
//
// Such a call may outlive this object and its io_context, though not the process. So `work` owns
// all that it touches; `done`, which never runs after the end, need not.
class FileThread {
public:
    // Throws std::system_error when the system has no thread left.
    explicit FileThread(boost::asio::io_context& context, FileThreadLimits limits = {});
    ~FileThread();
    FileThread(const FileThread&) = delete;
    FileThread& operator=(const FileThread&) = delete;

    // `work` runs on the thread, then `done` on the io_context's. Neither throws. False when the
    // queue is full or end() was called: then neither is called.
    [[nodiscard]] bool try_run(std::function<void()> work, std::function<void()> done);

    // Waits for the job under way and for those queued, so that what was to be stored is, but no
    // longer than `end_patience`. False when a call still hangs: it is left to itself, and what
    // was queued behind it is dropped. No `done` is called any more, whichever it is. The
    // destructor does the same.
    bool end();

private:
    struct State;
    FileThreadLimits limits_;
    std::shared_ptr<State> state_;  // the thread's too
    std::thread thread_;            // not joinable once ended
};

}  // namespace conduitd
