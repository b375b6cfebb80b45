#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace conduitd {

// Runs file calls, one after the other, on a thread of their own: a disk or a network folder that
// stalls must not stop the loop that reads sockets.
class FileThread {
public:
    // Throws std::system_error when the system has no thread left.
    explicit FileThread(boost::asio::io_context& context);

    // Waits for the job under way and for those queued, so that what was to be stored is; their
    // `done` is not called any more.
    ~FileThread();
    FileThread(const FileThread&) = delete;
    FileThread& operator=(const FileThread&) = delete;

    // `work` runs on the thread, then `done` on the io_context's. Neither throws.
    void run(std::function<void()> work, std::function<void()> done);

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace conduitd
