#include "conduitd/last_bound_watch.hpp"

#include "io/clock.hpp"

#include <string>
#include <utility>

namespace conduitd {

LastBoundWatch::LastBoundWatch(asio::io_context& context, const Config& config, FileThread& files,
                               DataPath& data, std::function<WorkerStatus()> status)
    : config_(config),
      files_(files),
      data_(data),
      status_(std::move(status)),
      file_(config.state.dir, config.name),
      timer_(context.get_executor()) {}

std::optional<LastBound> LastBoundWatch::load() const {
    auto last = file_.load();
    if (!last || last->shard_id != config_.shard.text()) return std::nullopt;
    if (last->how == LastBound::How::standing_by) return std::nullopt;
    const auto& wanted = config_.conduit.id;
    return wanted.empty() || last->conduit_id == wanted ? last : std::nullopt;
}

void LastBoundWatch::start() {
    has_started_ = true;
    note();
}

void LastBoundWatch::note() {
    if (const auto last = current()) data_.when_spooled([this, last] { store(*last); });
    timer_.expires_after(last_bound_interval);
    timer_.async_wait([this](const ErrorCode& error) {
        if (!error) note();
    });
}

void LastBoundWatch::on_stop() {
    timer_.cancel();
    std::optional<LastBound> parked;
    if (has_started_) parked = make_note(LastBound::How::parked);
    last_.on_order(current(), std::move(parked));
}

void LastBoundWatch::on_parked(WallTime at) {
    last_.on_parked(at);
}

void LastBoundWatch::on_superseded() {
    last_.on_superseded(make_note(LastBound::How::standing_by));
}

void LastBoundWatch::on_all_spooled() {
    if (const auto& note = last_.note()) store(*note);
}

// A process that never had a shard leaves the note of the one before.
std::optional<LastBound> LastBoundWatch::current() const {
    const auto status = status_();
    const bool has_session =
        status.state == WorkerState::holding || status.state == WorkerState::moving;
    const bool is_standing_by = status.state == WorkerState::standby;
    const bool is_known = is_standing_by || (has_session && !status.is_doubtful);
    if (!has_started_ || !is_known) return std::nullopt;
    return make_note(is_standing_by ? LastBound::How::standing_by : LastBound::How::running);
}

// A session that was not heard since the process slept was had for certain until then.
LastBound LastBoundWatch::make_note(LastBound::How how) const {
    const auto status = status_();
    const auto now = monotonic_now();
    const auto at = wall_now() - (now - status.unproven_since.value_or(now));
    return {at,
            how,
            status.conduit_id,
            config_.shard.text(),
            status.shards,
            status.fleet_size,
            status.session_id};
}

// All that came before is in the spool. In trouble that is in memory, as a spool there always is:
// then what was written down before holds, and the next process tells more.
void LastBoundWatch::store(const LastBound& last) {
    const auto& spool = data_.spool_status();
    if (spool.trouble || (data_.is_in_memory() && spool.waiting.records > 0)) return;
    (void)files_.try_run([file = file_, last] { (void)file.store(last); }, [] {});
}

}  // namespace conduitd
