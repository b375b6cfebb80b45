#include "telemetry/status_document.hpp"

#include "telemetry/load_document.hpp"

#include <boost/json.hpp>

namespace conduitd {
namespace {

namespace json = boost::json;

std::int64_t to_seconds(Duration duration) {
    return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

json::value describe(const std::optional<HandoverReport>& report) {
    if (!report) return nullptr;
    return {{"cause", name_of(report->cause)},
            {"from", report->from},
            {"to", report->to},
            {"took_ms", to_milliseconds(report->took)},
            {"unbound_ms", to_milliseconds(report->unbound)},
            {"read_old", report->read_old},
            {"read_new", report->read_new},
            {"read_between", report->read_between},
            {"forwarded", report->forwarded},
            {"duplicates", report->duplicates},
            {"is_balanced", report->is_balanced()}};
}

json::value describe(const std::optional<std::uint32_t>& number) {
    return number ? json::value(*number) : json::value();
}

// Shards that are wished for are no shards that are held.
json::value describe_held(const WorkerStatus& worker) {
    const bool has_session =
        worker.state == WorkerState::holding || worker.state == WorkerState::moving;
    if (!has_session || worker.shards.empty()) return nullptr;
    return json::value(worker.shards.text());
}

json::value describe(const SpoolStatus& spool, const std::string& dir) {
    return {{"dir", dir.empty() ? json::value("memory") : json::value(dir)},
            {"segments", spool.segments},
            {"bytes", spool.bytes},
            {"oldest", spool.oldest},
            {"next", spool.next_sequence},
            {"trouble", spool.trouble ? json::value(spool.trouble->message()) : json::value()}};
}

}  // namespace

std::string make_status_document(const DaemonStatus& status) {
    const WorkerStatus& worker = status.worker;
    const json::value document = {
        {"version", status.version},
        {"pid", status.pid},
        {"name", status.name},
        {"started_at", format_rfc3339(status.started_at)},
        {"uptime_s", to_seconds(status.uptime)},
        {"state", name_of(worker.state)},
        {"is_degraded", worker.is_degraded},
        {"conduit_id", worker.conduit_id},
        {"shard_id", status.shard_id},
        {"holds", describe_held(worker)},
        {"keeps", worker.guests.empty() ? json::value() : json::value(worker.guests.text())},
        {"session_id", worker.session_id},
        {"held_by", worker.held_by.empty() ? json::value() : json::value(worker.held_by)},
        {"helix",
         {{"points_left", describe(worker.points_left)},
          {"points_limit", describe(worker.points_limit)}}},
        {"counters",
         {{"forwarded", worker.forwarded},
          {"duplicates", worker.duplicates},
          {"dedupe_evicted", worker.dedupe_evicted},
          {"reconnects", worker.reconnects},
          {"losses", worker.losses},
          {"handovers", worker.handovers},
          {"gaps", worker.gaps},
          {"gap_ms", to_milliseconds(worker.gap_total)},
          {"frames_skipped", worker.frames_skipped},
          {"lines_written", status.lines_written},
          {"records_lost", status.records_lost}}},
        {"spool", describe(status.spool, status.spool_dir)},
        {"load", describe_load(status.load)},
        {"backlog", describe_backlog(status.load)},
        {"waiting", {{"records", status.waiting.records}, {"bytes", status.waiting.bytes}}},
        {"last_handover", describe(worker.last_handover)}};
    return json::serialize(document);
}

void log_status(const Log& log, const DaemonStatus& status) {
    const WorkerStatus& worker = status.worker;
    log.info("status", {{"state", name_of(worker.state)},
                        {"degraded", worker.is_degraded},
                        {"conduit", worker.conduit_id},
                        {"shard", worker.shards.text()},
                        {"session", worker.session_id},
                        {"forwarded", worker.forwarded},
                        {"duplicates", worker.duplicates},
                        {"dedupe_evicted", worker.dedupe_evicted},
                        {"lines", status.lines_written},
                        {"waiting", status.waiting.records},
                        {"lost", status.records_lost},
                        {"reconnects", worker.reconnects},
                        {"losses", worker.losses},
                        {"handovers", worker.handovers},
                        {"gaps", worker.gaps},
                        {"gap_ms", to_milliseconds(worker.gap_total)},
                        {"skipped", worker.frames_skipped},
                        {"uptime_s", to_seconds(status.uptime)}});
}

}  // namespace conduitd
