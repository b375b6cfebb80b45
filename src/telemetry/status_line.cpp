#include "telemetry/status_line.hpp"

#include "telemetry/readiness.hpp"

#include <fmt/format.h>

namespace conduitd {
namespace {

std::string describe_shards(const WorkerStatus& worker) {
    return fmt::format("shard{} {} of conduit {}", worker.shards.size() == 1 ? "" : "s",
                       worker.shards.text(), worker.conduit_id);
}

std::string describe_state(const WorkerStatus& worker, bool is_stopping) {
    if (is_stopping) return "stopping: what was received is handed on";
    const auto readiness = readiness_of(worker);
    if (!readiness.is_ready) return "not ready: " + readiness.reason;
    if (worker.state == WorkerState::standby) return "standing by: others have the shards";
    return "ready: " + describe_shards(worker);
}

}  // namespace

StatusLine make_status_line(const DaemonStatus& status, bool is_stopping) {
    auto figures = fmt::format("{} events, {} waiting for consumers", status.worker.forwarded,
                               status.waiting.records);
    if (status.spool.trouble) figures += ", the disk does not take records";
    if (status.records_lost > 0) figures += fmt::format(", {} lost", status.records_lost);
    return {describe_state(status.worker, is_stopping), std::move(figures)};
}

}  // namespace conduitd
