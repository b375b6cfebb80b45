#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "spool/spool.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace conduitd {

struct SpoolThreadLimits {
    // Batches that the disk does not take yet; more are refused.
    std::uint64_t queue_bytes_max = 64ULL * 1024 * 1024;
    std::size_t jobs_max = 1024;  // the same of reads, acks and so on
    // What the end waits for the disk, on top of a stop that may have used up its time: to be
    // killed then costs no more than to give up.
    Duration end_patience = std::chrono::seconds(10);
};

// What changed since the news before.
struct SpoolNews {
    std::vector<std::shared_ptr<const RecordBatch>> published;
    std::uint64_t visible_end = 0;
    SpoolStatus status;
};

class SpoolThread;

struct SpoolThreadOpening {
    std::unique_ptr<SpoolThread> thread;  // null when refused
    ErrorCode error;
    std::string reason;  // for people
};

// The spool on a thread of its own, for a disk that stalls must stop neither the reader nor its
// pongs. Batches come in by a bounded queue; all that wait become one commit. What the thread has
// to say, log lines too, comes back to the io_context.
//
// A call to the disk may hang for longer than this object lives, though not than the process. So
// the thread owns all that it touches.
class SpoolThread {
public:
    // On the io_context's thread.
    using OnNews = std::function<void(SpoolNews)>;

    // Opens the spool on the calling thread: recovery, and who holds the folder, are known when
    // this returns. `log_sink` is used on the calling and on the io_context's thread only, and
    // outlives this object. Errors: those of Spool::open(), and that the system has no thread left.
    [[nodiscard]] static SpoolThreadOpening open(boost::asio::io_context& context,
                                                 std::unique_ptr<FileSystem> files,
                                                 const SpoolOptions& options,
                                                 const SpoolId& fresh_id, LogSink& log_sink,
                                                 OnNews on_news, SpoolThreadLimits limits = {});
    ~SpoolThread();
    SpoolThread(const SpoolThread&) = delete;
    SpoolThread& operator=(const SpoolThread&) = delete;

    // As they were when the spool was opened.
    [[nodiscard]] const SpoolId& id() const { return id_; }
    [[nodiscard]] const Spool::Before& before() const { return before_; }
    [[nodiscard]] std::uint64_t visible_end_at_start() const { return visible_end_at_start_; }
    // Names that may have a cursor.
    [[nodiscard]] std::size_t consumers_max() const { return consumers_max_; }

    // False when the queue is full: the batch stays the caller's, who tries again once there were
    // news, and bounds what it keeps. Refused batches may grow meanwhile.
    [[nodiscard]] bool try_append(const std::shared_ptr<RecordBatch>& batch);

    // Of batches that the spool does not have yet.
    [[nodiscard]] std::uint64_t queued_bytes() const;
    // Of batches that no news has told of yet.
    [[nodiscard]] const Amount& untold() const;

    // `work` runs on the thread, behind the batches that were appended before it, then `done` on
    // the io_context's. Neither throws; `work` owns what it touches. False when too many wait: then
    // neither is called.
    using Work = std::function<void(Spool&, SpoolTime)>;
    [[nodiscard]] bool try_run(Work work, std::function<void()> done);

    struct End {
        bool has_ended = false;  // false: a call to the disk still hangs; it is left to itself
        ErrorCode error;         // why records are not on the disk
    };
    // Does what is queued and closes the spool, but waits no longer than `end_patience`. Neither
    // news nor `done` come any more. The destructor does the same.
    End end(Spool::Ending ending = Spool::Ending::well);

private:
    struct State;
    SpoolThread(std::shared_ptr<State> state, const SpoolOptions& options);

    std::shared_ptr<State> state_;  // the thread's too
    SpoolId id_;
    Spool::Before before_;
    std::uint64_t visible_end_at_start_;
    std::size_t consumers_max_;
    std::thread thread_;  // not joinable once ended
};

}  // namespace conduitd
