#pragma once

#include "conduitd/data_path.hpp"
#include "conduitd/last_bound.hpp"
#include "io/asio.hpp"
#include "io/file_thread.hpp"
#include "worker/status.hpp"

#include <functional>
#include <optional>

namespace conduitd {

// Keeps the file of LastBound as it should be: what the process before wrote is read once, then
// written over as long as the shard is had, and last when this process is told to stop.
class LastBoundWatch {
public:
    // The references outlive the watch; `status` is asked when there is something to write.
    LastBoundWatch(asio::io_context& context, const Config& config, FileThread& files,
                   DataPath& data, std::function<WorkerStatus()> status);

    // Of a process before that had the same shard.
    [[nodiscard]] std::optional<LastBound> load() const;

    // The shard is had, for the first time.
    void start();
    // The worker is about to be stopped.
    void on_stop();
    // All that it forwarded is in the spool. Again where it is in memory, and was taken meanwhile.
    void on_all_spooled();

private:
    void note();
    [[nodiscard]] bool is_bound() const;
    void store(WallTime at, bool was_stopped);

    const Config& config_;
    FileThread& files_;
    DataPath& data_;
    std::function<WorkerStatus()> status_;
    LastBoundFile file_;
    Timer timer_;
    std::optional<WallTime> stopped_at_;  // if the shard was had then
};

}  // namespace conduitd
