#include "worker_process.hpp"

#include "frame_text.hpp"

#include <algorithm>
#include <charconv>
#include <tuple>
#include <utility>

namespace simulation {

using conduitd::LogLevel;

namespace {

Input input_of(std::string_view message_type) {
    if (message_type == "notification") return Input::notification;
    if (message_type == "session_keepalive") return Input::keepalive;
    return message_type == "session_welcome" ? Input::welcome : Input::reconnect;
}

HandoverSums sums_in(std::span<const conduitd::LogField> fields) {
    HandoverSums sums;
    for (const auto& field : fields) {
        std::uint64_t number = 0;
        const std::string_view text = field.value;
        std::from_chars(text.data(), text.data() + text.size(), number);
        if (field.key.starts_with("read_")) sums.read += number;
        if (field.key == "forwarded") sums.forwarded = number;
        if (field.key == "duplicates") sums.duplicates = number;
        if (field.key == "unbound_ms") sums.unbound_ms = number;
    }
    return sums;
}

}  // namespace

WorkerProcess::WorkerProcess(Settings settings, EventQueue& queue, Trace& trace,
                             Surroundings& surroundings)
    : settings_(std::move(settings)),
      queue_(queue),
      trace_(trace),
      surroundings_(surroundings),
      worker_(settings_.worker, *this, *this, settings_.seed) {}

void WorkerProcess::start() {
    const auto now = queue_.now();
    for (const auto& kept : settings_.kept.ids(now - settings_.worker.dedupe.window)) {
        worker_.remember(kept.id, kept.received_at);
    }
    tell(Input::start, [this] { worker_.start(queue_.now()); });
    settle();
}

void WorkerProcess::rotate() {
    receive([this] {
        if (is_dead_) return;
        tell(Input::rotate, [this] { std::ignore = worker_.rotate(queue_.now()); });
    });
}

void WorkerProcess::stop() {
    was_told_to_stop_ = true;
    receive([this] {
        if (is_dead_) return;
        if (is_bound_) settings_.kept.on_stopped(known_until(queue_.now()));
        is_bound_ = false;
        next_note_ = conduitd::never;
        tell(Input::stop, [this] { worker_.stop(queue_.now()); });
    });
}

void WorkerProcess::on_open(SessionKey key) {
    if (is_dead_) return;
    tell(Input::opened, [&] { worker_.on_session_open(key, queue_.now()); });
}

void WorkerProcess::on_frame(SessionKey key, std::string_view frame) {
    if (is_dead_) return;
    tell(input_of(message_type_of(frame)), [&] { worker_.on_frame(key, frame, queue_.now()); });
}

void WorkerProcess::on_end(SessionKey key, const conduitd::SessionEnd& end) {
    if (is_dead_) return;
    ending_ = key;
    tell(Input::ended, [&] { worker_.on_session_end(key, end, queue_.now()); });
    ending_.reset();
}

void WorkerProcess::on_answer(conduitd::RequestId id,
                              conduitd::Result<conduitd::HttpResponse> answer) {
    if (is_dead_) return;
    const auto wall = settings_.epoch + queue_.now().time_since_epoch() + settings_.wall_offset;
    tell(Input::answer, [&] { worker_.on_response(id, std::move(answer), queue_.now(), wall); });
}

void WorkerProcess::on_host_locked() {
    if (is_dead_) return;
    worker_.on_host_locked(queue_.now());
}

void WorkerProcess::on_token_cache_locked(const std::string& token) {
    if (is_dead_) return;
    worker_.on_token_cache_locked(token, queue_.now());
}

void WorkerProcess::on_credentials() {
    if (is_dead_) return;
    worker_.on_credentials(std::nullopt, queue_.now());
}

void WorkerProcess::suspend(TimePoint until) {
    note_bound();
    suspended_at_ = queue_.now();
    suspended_until_ = until;
    deadline_ = conduitd::never;
}

// Everything that came is one batch for the process, as it is for its loop: what the worker asks
// for is done after it.
void WorkerProcess::resume(First first) {
    suspended_until_ = TimePoint::min();
    resumed_at_ = queue_.now();
    if (queue_.now() - suspended_at_ > conduitd::Worker::nap_min) {
        awake_at_ = queue_.now();
        worker_.on_slept(suspended_at_, queue_.now());
    }
    if (first == First::timers && worker_.deadline() <= queue_.now()) {
        on_deadline();
    }
    for (auto& deliver : std::exchange(inbox_, {})) deliver();
    settle();
}

std::vector<Task> WorkerProcess::kill() {
    if (!is_suspended()) note_bound();
    is_dead_ = true;
    return std::exchange(inbox_, {});
}

void WorkerProcess::on_deadline() {
    tell(Input::deadline, [this] { worker_.on_deadline(queue_.now()); });
    settle();
}

// A session that was not heard since the process slept was had for certain until then.
TimePoint WorkerProcess::known_until(TimePoint at) const {
    return worker_.status().unproven_since.value_or(at);
}

void WorkerProcess::note_bound() {
    if (next_note_ > queue_.now()) return;
    const auto late = (queue_.now() - next_note_) % KeptState::note_interval;
    next_note_ = queue_.now() - late + KeptState::note_interval;
    if (is_bound_) settings_.kept.on_bound(known_until(queue_.now() - late));
}

void WorkerProcess::settle() {
    using conduitd::WorkerState;
    note_bound();
    const bool is_ready =
        worker_.state() == WorkerState::holding || worker_.state() == WorkerState::moving;
    const bool is_holding = worker_.state() == WorkerState::holding;
    if (!is_holding) {
        // What it finds when it goes on after a sleep may have come about during that.
        const bool has_just_woken = queue_.now() <= leaving_max + resumed_at_;
        if (is_settled()) unsettled_since_ = has_just_woken ? suspended_at_ : queue_.now();
        unsettled_at_ = queue_.now();
    }
    is_holding_ = is_holding;
    surroundings_.on_state(settings_.id, worker_.state(), worker_.home().size() < shards().size());
    if (worker_.state() == WorkerState::standby) {
        settings_.kept.on_standing_by();
        is_noted_ = false;
    }
    is_bound_ = is_ready && !worker_.is_doubtful();
    if (is_bound_ && !std::exchange(is_noted_, true)) {
        next_note_ = queue_.now();
        note_bound();
    }
    if (is_bound_ && !std::exchange(was_ready_, true)) surroundings_.on_ready(settings_.id);
    while (auto action = worker_.next_action()) surroundings_.perform(settings_.id, *action);
    deadline_ = worker_.deadline();
}

void WorkerProcess::forward(std::string_view frame, const conduitd::IdDigest& id,
                            TimePoint received_at) {
    settings_.kept.on_forwarded(id, received_at);
    surroundings_.on_forwarded(settings_.id, frame);
}

void WorkerProcess::report_gap(const conduitd::Gap& gap, TimePoint) {
    surroundings_.on_gap(settings_.id, gap);
}

void WorkerProcess::write(LogLevel level, std::string_view, std::string_view what,
                          std::span<const conduitd::LogField> fields) {
    if (what == "handover done") surroundings_.on_handover(settings_.id, sums_in(fields));
    if (!trace_.is_on() || level == LogLevel::debug) return;
    std::string line(what);
    for (const auto& field : fields) line += fmt::format(" {}={}", field.key, field.value);
    trace_.add("worker", "p{} {}", settings_.id, line);
}

}  // namespace simulation
