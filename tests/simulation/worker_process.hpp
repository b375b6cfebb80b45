#pragma once

#include "base/log.hpp"
#include "connection.hpp"
#include "coverage.hpp"
#include "event_queue.hpp"
#include "kept_state.hpp"
#include "task.hpp"
#include "trace.hpp"
#include "worker/worker.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulation {

// What a worker says of a handover in its log.
struct HandoverSums {
    std::uint64_t read = 0;  // on all sessions
    std::uint64_t forwarded = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t unbound_ms = 0;
};

// What a process asks of the world outside.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    virtual void perform(ProcessId process, conduitd::Action& action) = 0;
    virtual void on_forwarded(ProcessId process, std::string_view frame) = 0;
    virtual void on_gap(ProcessId process, const conduitd::Gap& gap) = 0;
    virtual void on_handover(ProcessId process, const HandoverSums& sums) = 0;
    // Its worker says, for the first time, that it has the shard.
    virtual void on_ready(ProcessId process) = 0;
    // Told after all that a process does.
    // Waiting: it lacks one of its shards, which somebody else has taken.
    virtual void on_state(ProcessId, conduitd::WorkerState, [[maybe_unused]] bool is_waiting) {}
};

// One run of a worker's process: drives a Worker as the daemon's loop does. While it is suspended,
// what comes waits in the order in which it came.
class WorkerProcess : private conduitd::FrameSink, private conduitd::LogSink {
public:
    struct Settings {
        ProcessId id{};
        unsigned index{};  // of its host
        std::uint64_t seed{};
        conduitd::WorkerOptions worker;
        Duration wall_offset{};  // of its time of day
        conduitd::WallTime epoch{};
        KeptState& kept;  // of its host
    };

    // All references outlive it.
    WorkerProcess(Settings settings, EventQueue& queue, Trace& trace, Surroundings& surroundings);

    void start();
    void set_wall_offset(Duration offset) { settings_.wall_offset = offset; }
    void rotate();
    void stop();

    // `deliver` tells the worker something, now or when the process runs again.
    template <class Deliver>
    void receive(Deliver deliver) {
        if (is_suspended() || !inbox_.empty()) {
            inbox_.emplace_back(std::move(deliver));
            return;
        }
        deliver();
        settle();
    }
    void on_open(SessionKey key);
    void on_frame(SessionKey key, std::string_view frame);
    void on_end(SessionKey key, const conduitd::SessionEnd& end);
    void on_host_locked();
    void on_token_cache_locked(const std::string& token);
    // Its files have the same credentials as before.
    void on_credentials();
    void on_answer(conduitd::RequestId id, conduitd::Result<conduitd::HttpResponse> answer);

    void suspend(TimePoint until);
    [[nodiscard]] TimePoint suspended_until() const { return suspended_until_; }
    [[nodiscard]] bool is_suspended() const { return suspended_until_ > queue_.now(); }
    // Which of the things that happened meanwhile the process looks at first.
    enum class First { timers, arrivals };
    void resume(First first);
    // The process is no more: the worker is told nothing from now on. Hands out what waited, for
    // whoever keeps account of it.
    [[nodiscard]] std::vector<Task> kill();

    [[nodiscard]] TimePoint deadline() const { return deadline_; }
    void on_deadline();

    // When its worker last held the shard, ran, and no session was left to be read out: longer than
    // `leaving_max` behind the last move.
    static constexpr Duration leaving_max = std::chrono::seconds(35);
    // When it last did not hold the shard, or did not run.
    [[nodiscard]] TimePoint unsettled_at() const { return std::max(unsettled_at_, resumed_at_); }
    // The session whose end the worker is being told.
    [[nodiscard]] std::optional<SessionKey> ending() const { return ending_; }
    // When it last went on after a sleep that it notices.
    [[nodiscard]] TimePoint awake_at() const { return awake_at_; }
    [[nodiscard]] bool is_settled() const {
        return is_holding_ && queue_.now() - unsettled_at_ > leaving_max;
    }
    [[nodiscard]] TimePoint held_at() const {
        const auto runs_until = is_suspended() ? suspended_at_ : queue_.now();
        return is_settled() ? runs_until : std::min(runs_until, unsettled_since_);
    }

    [[nodiscard]] ProcessId id() const { return settings_.id; }
    [[nodiscard]] unsigned index() const { return settings_.index; }
    [[nodiscard]] const conduitd::ShardSet& shards() const {
        return settings_.worker.conduit.shards;
    }
    [[nodiscard]] const conduitd::ShardSet& home() const { return worker_.home(); }
    [[nodiscard]] conduitd::WorkerState state() const { return worker_.state(); }
    [[nodiscard]] conduitd::WorkerStatus status() const { return worker_.status(); }
    [[nodiscard]] bool was_told_to_stop() const { return was_told_to_stop_; }
    [[nodiscard]] const Coverage& coverage() const { return coverage_; }

private:
    void forward(std::string_view frame, const conduitd::IdDigest& id,
                 TimePoint received_at) override;
    void report_gap(const conduitd::Gap& gap, TimePoint now) override;
    void write(conduitd::LogLevel level, std::string_view area, std::string_view what,
               std::span<const conduitd::LogField> fields) override;

    // Tells the worker something and remembers what became of its state.
    template <class Call>
    void tell(Input input, Call call) {
        const auto before = worker_.state();
        call();
        coverage_.note(before, input, worker_.state());
    }
    // After an input: what the worker asks for is done.
    void settle();
    // That the shard was had is written down, as often as was due.
    [[nodiscard]] TimePoint known_until(TimePoint at) const;
    void note_bound();

    Settings settings_;
    EventQueue& queue_;
    Trace& trace_;
    Surroundings& surroundings_;
    conduitd::Worker worker_;
    TimePoint deadline_ = conduitd::never;
    TimePoint suspended_at_ = TimePoint::min();
    TimePoint suspended_until_ = TimePoint::min();
    TimePoint resumed_at_ = TimePoint::min();
    TimePoint awake_at_{};
    std::vector<Task> inbox_;
    std::optional<SessionKey> ending_;
    bool was_told_to_stop_ = false;
    bool is_dead_ = false;
    bool was_ready_ = false;
    bool is_noted_ = false;  // that it has the shard, for the first time or again
    bool is_holding_ = false;
    bool is_bound_ = false;
    TimePoint next_note_ = conduitd::never;
    TimePoint unsettled_since_ = queue_.now();
    TimePoint unsettled_at_ = queue_.now();
    Coverage coverage_;
};

}  // namespace simulation
