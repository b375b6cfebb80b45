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
    if (!last || last->shard_id != config_.shard.ids.text()) return std::nullopt;
    const auto& wanted = config_.conduit.id;
    return wanted.empty() || last->conduit_id == wanted ? last : std::nullopt;
}

void LastBoundWatch::start() {
    note();
}

void LastBoundWatch::note() {
    if (is_bound()) {
        data_.when_spooled([this, at = wall_now()] { store(at, false); });
    }
    timer_.expires_after(last_bound_interval);
    timer_.async_wait([this](const ErrorCode& error) {
        if (!error) note();
    });
}

void LastBoundWatch::on_stop() {
    timer_.cancel();
    if (is_bound()) stopped_at_ = wall_now();
}

void LastBoundWatch::on_all_spooled() {
    if (stopped_at_) store(*stopped_at_, true);
}

bool LastBoundWatch::is_bound() const {
    const auto status = status_();
    const bool has_session =
        status.state == WorkerState::holding || status.state == WorkerState::moving;
    return has_session && !status.is_doubtful;
}

// All that came before is in the spool. In trouble that is in memory, as a spool there always is:
// then what was written down before holds, and the next process tells more.
void LastBoundWatch::store(WallTime at, bool was_stopped) {
    const auto& spool = data_.spool_status();
    if (spool.trouble || (data_.is_in_memory() && spool.records_waiting > 0)) return;
    const LastBound last{at, was_stopped, status_().conduit_id, config_.shard.ids.text()};
    (void)files_.try_run([file = file_, last] { (void)file.store(last); }, [] {});
}

}  // namespace conduitd
