#include "telemetry/metrics.hpp"

#include "telemetry/metric_families.hpp"
#include "telemetry/readiness.hpp"

namespace conduitd {
namespace {

double to_seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

double as_number(bool flag) {
    return flag ? 1 : 0;
}

void add_worker(MetricFamilies& out, const DaemonStatus& status) {
    const WorkerStatus& worker = status.worker;
    out.gauge("build_info", "Always 1; its version is a label.")
        .add(1.0, {{"version", status.version}});
    out.gauge("worker_info", "Always 1; the worker's name, shards and conduit are labels.")
        .add(1.0, {{"name", status.name},
                   {"shard_id", status.shard_id},
                   {"shards", worker.shards.text()},
                   {"conduit_id", worker.conduit_id}});
    out.gauge("start_time_seconds", "When the process started, as Unix time.")
        .add(to_seconds(status.started_at.time_since_epoch()));
    out.gauge("ready", "1 when the worker is ready, as /readyz says.")
        .add(as_number(readiness_of(worker).is_ready));
    out.gauge("degraded", "1 when it reads on but could not replace what it has.")
        .add(as_number(worker.is_degraded));
    out.gauge("state", "1 for the state that the worker is in.");
    for (auto state = WorkerState::preparing; state <= WorkerState::stopped;
         state = static_cast<WorkerState>(static_cast<int>(state) + 1)) {
        out.add(as_number(state == worker.state), {{"state", std::string(name_of(state))}});
    }
    const bool has_session =
        worker.state == WorkerState::holding || worker.state == WorkerState::moving;
    out.gauge("shards", "Shards that the worker has, and those that it keeps for others.");
    out.add(std::uint64_t{has_session ? worker.shards.size() : 0}, {{"kind", "own"}});
    out.add(std::uint64_t{has_session ? worker.guests.size() : 0}, {{"kind", "guest"}});
}

void add_events(MetricFamilies& out, const DaemonStatus& status) {
    const WorkerStatus& worker = status.worker;
    out.counter("events_total", "Notifications and revocations received, repeats not counted.")
        .add(worker.forwarded);
    out.counter("event_bytes_total", "Bytes of their frames.").add(status.bytes_forwarded);
    out.counter("duplicates_total", "Messages that came again and were dropped.")
        .add(worker.duplicates);
    out.counter("dedupe_evicted_total", "Ids forgotten before their time, for want of room.")
        .add(worker.dedupe_evicted);
    out.counter("frames_skipped_total", "Frames that could not be read.")
        .add(worker.frames_skipped);
    out.counter("gaps_total", "Times in which messages may have been missed.").add(worker.gaps);
    out.counter("gap_seconds_total", "The length of these times.")
        .add(to_seconds(worker.gap_total));
}

void add_sessions(MetricFamilies& out, const WorkerStatus& worker) {
    out.counter("reconnects_total", "Moves to another URL that Twitch ordered.")
        .add(worker.reconnects);
    out.counter("session_losses_total", "Bound sessions that ended or fell silent.")
        .add(worker.losses);
    out.counter("handovers_total", "Sessions that took over from another one.")
        .add(worker.handovers);
    out.counter("handover_frames_total", "Messages read by handovers, on either session.");
    out.add(worker.read_old, {{"session", "old"}});
    out.add(worker.read_new, {{"session", "new"}});
    out.counter("claims_total", "Claims of shards by what came of them.");
    out.add(worker.claims, {{"outcome", "accepted"}});
    out.add(worker.claims_failed, {{"outcome", "failed"}});
}

void add_helix(MetricFamilies& out, const DaemonStatus& status) {
    const WorkerStatus& worker = status.worker;
    out.counter("helix_calls_total", "Answers of Helix and the server of tokens.");
    for (const auto& [key, count] : status.calls.counts()) {
        out.add(count, {{"endpoint", key.first}, {"status", key.second}});
    }
    out.gauge("helix_points_left", "Points of the client id, as the last answer of Helix told.")
        .add(worker.points_left);
    out.gauge("helix_points_limit", "How many it is given, at most, a minute.")
        .add(worker.points_limit);
    out.gauge("token_expiry_seconds", "Until the access token ends.");
    if (status.token_ends_in) out.add(to_seconds(*status.token_ends_in));
    out.gauge("conduit_shards", "Shards of the conduit, as the latest listing had them.");
    if (worker.shards_listed) out.add(std::uint64_t{*worker.shards_listed});
    out.gauge("conduit_disabled_shards", "Those of them that have no live session.");
    if (worker.shards_unserved) out.add(std::uint64_t{*worker.shards_unserved});
}

void add_spool(MetricFamilies& out, const DaemonStatus& status) {
    const SpoolStatus& spool = status.spool;
    out.counter("lines_written_total", "Lines written to consumers.").add(status.lines_written);
    out.gauge("waiting_records", "Records that not every consumer has taken.")
        .add(status.waiting.records);
    out.gauge("waiting_bytes", "Their bytes.").add(status.waiting.bytes);
    out.gauge("records_lost", "Records that went before every consumer had taken them.")
        .add(status.records_lost);
    out.gauge("spool_bytes", "Bytes of the spool's segments.").add(spool.bytes);
    out.gauge("spool_segments", "Segments of the spool.").add(std::uint64_t{spool.segments});
    out.gauge("spool_memory_bytes", "Bytes of records that are in memory alone.")
        .add(spool.memory_bytes);
    out.gauge("spool_trouble", "1 while the disk takes no records.")
        .add(as_number(spool.trouble.has_value()));
}

void add_load(MetricFamilies& out, const LoadStatus& load) {
    out.gauge("load_ratio", "How much of what the worker can take is used.")
        .add(load.load_figures.share);
    out.gauge("loop_busy_ratio", "The share of the time in which the loop did not sleep.")
        .add(load.load_figures.busy);
    out.gauge("loop_lag_seconds", "How much later than due the loop came to its last reading.")
        .add(to_seconds(load.load_figures.lag));
    out.gauge("backlog_ratio", "How far the slowest consumer is behind what it may be.")
        .add(load.backlog_figures.share);
    out.gauge("backlog_age_seconds", "How long the oldest record waits for the slowest consumer.")
        .add(to_seconds(load.backlog_figures.age));
}

void add_consumers(MetricFamilies& out, const Metrics& metrics) {
    const auto consumers = metrics.consumers.value_or(std::vector<ConsumerStatus>());
    out.gauge("consumer_lag_records", "Records that the consumer has not taken for good.");
    for (const auto& consumer : consumers) {
        out.add(consumer.records_behind, {{"consumer", consumer.name}});
    }
    out.gauge("consumer_connected", "1 while the consumer is connected.");
    for (const auto& consumer : consumers) {
        out.add(as_number(consumer.is_attached), {{"consumer", consumer.name}});
    }
}

}  // namespace

std::string make_metrics_text(const Metrics& metrics) {
    MetricFamilies out;
    add_worker(out, metrics.status);
    add_events(out, metrics.status);
    add_sessions(out, metrics.status.worker);
    add_helix(out, metrics.status);
    add_spool(out, metrics.status);
    add_load(out, metrics.status.load);
    add_consumers(out, metrics);
    return out.text();
}

}  // namespace conduitd
