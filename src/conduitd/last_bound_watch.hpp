#pragma once

#include "conduitd/data_path.hpp"
#include "conduitd/last_bound.hpp"
#include "conduitd/last_note.hpp"
#include "io/asio.hpp"
#include "io/file_thread.hpp"
#include "worker/status.hpp"

#include <functional>
#include <optional>

namespace conduitd {

// Keeps the file of LastBound as it should be: what the process before wrote is read once, then
// written over as long as a shard is had, or stood by for one after it was had, and last when this
// process is told to stop.
class LastBoundWatch {
public:
    // The references outlive the watch; `status` is asked when there is something to write.
    LastBoundWatch(asio::io_context& context, const Config& config, FileThread& files,
                   DataPath& data, std::function<WorkerStatus()> status);

    // Of a process before that had the same setting, and a shard at its end.
    [[nodiscard]] std::optional<LastBound> load() const;

    // The shard is had, for the first time.
    void start();
    // The worker is about to be stopped.
    void on_stop();
    // It ends, and another worker has had its shards to keep since `at`.
    void on_parked(WallTime at);
    // It ends because another worker has what it had.
    void on_superseded();
    // All that it forwarded is in the spool. Again where it is in memory, and was taken meanwhile.
    void on_all_spooled();

private:
    void note();
    // Empty where the last note is to stay: a session is being sought, or in doubt.
    [[nodiscard]] std::optional<LastBound> current() const;
    [[nodiscard]] LastBound make_note(LastBound::How how) const;
    void store(const LastBound& last);

    const Config& config_;
    FileThread& files_;
    DataPath& data_;
    std::function<WorkerStatus()> status_;
    LastBoundFile file_;
    Timer timer_;
    bool has_started_ = false;
    LastNote last_;
};

}  // namespace conduitd
