#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "io/asio.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace conduitd {

class Descriptor;
class FileThread;

// A lock that processes of one host take in turn, on a file that stays where it is. It is waited
// for without stopping the loop, and goes with the process that has it.
class TurnLock {
public:
    // Both references outlive the lock. The folder of `path` need not exist.
    TurnLock(asio::io_context& context, FileThread& files, std::string path);
    // Gives the lock up.
    ~TurnLock();
    TurnLock(const TurnLock&) = delete;
    TurnLock& operator=(const TurnLock&) = delete;

    // `done` is called once, later, on the io_context's thread: without an error when the lock is
    // ours, with errc::timed_out when others have had it for all of `patience`, with another when
    // there can be none. Precondition: it is neither ours nor waited for.
    using Done = std::function<void(ErrorCode)>;
    void take(Duration patience, Done done);

    // Ours or waited for, it is given up; `done` is not called any more.
    void release();

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    struct Attempt;
    void try_now();
    void on_tried(const Attempt& attempt);
    void finish(ErrorCode error);

    FileThread& files_;
    std::string path_;
    Timer timer_;
    TimePoint give_up_at_ = never;
    Done done_;                      // of the wait under way
    std::shared_ptr<Attempt> turn_;  // the lock's file while it is ours or waited for
};

}  // namespace conduitd
