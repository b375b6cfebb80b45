#pragma once

#include "base/log.hpp"
#include "base/time.hpp"
#include "helix/call_counts.hpp"
#include "sink/load_status.hpp"
#include "spool/spool.hpp"
#include "worker/status.hpp"

#include <cstdint>
#include <string>

namespace conduitd {

// What an operator can know about one daemon. Counters are since the start.
struct DaemonStatus {
    std::string version;
    std::int64_t pid = 0;
    std::string name;
    std::string shard_id;  // the setting: numbers, or `auto`
    WallTime started_at{};
    Duration uptime{};
    WorkerStatus worker;

    CallCounts calls;  // of Helix and of the server of tokens
    std::optional<Duration> token_ends_in;

    std::uint64_t bytes_forwarded = 0;  // of frames
    std::uint64_t lines_written = 0;    // by the sink
    Amount waiting;                     // for the sink, in the spool or before it
    std::uint64_t records_lost = 0;     // dropped at a limit, and not acked by every consumer

    std::string spool_dir;  // empty: in memory
    SpoolStatus spool;
    LoadStatus load;
};

// One JSON object, without a line break. Members may be added; none is removed or changes its
// meaning. There is no secret in it and no URL.
[[nodiscard]] std::string make_status_document(const DaemonStatus& status);

// The same in one line of the log.
void log_status(const Log& log, const DaemonStatus& status);

}  // namespace conduitd
