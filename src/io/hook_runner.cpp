#include "io/hook_runner.hpp"

#include "io/asio.hpp"
#include "io/child_process.hpp"
#include "io/clock.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <csignal>
#include <optional>
#include <utility>

namespace conduitd {
namespace {

using ProcessWatch = asio::posix::basic_stream_descriptor<Executor>;

}  // namespace

// Handlers that come after the runner has gone find this gone too.
struct HookRunner::State : std::enable_shared_from_this<HookRunner::State> {
    // Why a run is ended before its time.
    enum class CutShort { no, time_limit, stop };

    State(asio::io_context& context, HookOptions given, LogSink& log_sink)
        : options(std::move(given)),
          log(log_sink, "hooks"),
          watch(context.get_executor()),
          timer(context.get_executor()) {}

    // Empty when it ended well.
    static std::string why_failed(const ChildEnd& end, CutShort cut_short) {
        if (cut_short == CutShort::time_limit) return "it took too long and was ended";
        if (cut_short == CutShort::stop) return "it was ended with the daemon";
        if (end.signal != 0) return "ended by signal " + std::to_string(end.signal);
        if (end.exit_code != 0) return "exit code " + std::to_string(end.exit_code);
        return {};
    }

    void start(HookNews news) {
        level = std::move(news.level);
        started_at = monotonic_now();
        cut_short = CutShort::no;
        auto environment = options.environment;
        environment.push_back("CONDUITD_HOOK=" + options.name);
        environment.push_back("CONDUITD_LEVEL=" + level);
        if (const auto error = start_child(news.input, environment)) {
            ++status.failures;
            log.warn("a hook could not be started",
                     {{"hook", options.name}, {"level", level}, {"reason", error.message()}});
            return;
        }
        watch.async_wait(ProcessWatch::wait_read,
                         [weak = weak_from_this()](const ErrorCode& error) {
                             const auto state = weak.lock();
                             if (state && !error) state->on_ended();
                         });
        set_timer(options.time_limit, &State::on_time_limit);
    }

    ErrorCode start_child(const std::string& input, const std::vector<std::string>& environment) {
        auto started = ChildProcess::start(options.command, input, environment);
        if (!started) return started.error();
        ErrorCode error;
        watch.assign((*started)->descriptor(), error);
        if (!error) child = std::move(*started);
        return error;
    }

    // For the run under way: a timer may have expired, but not called, when its run ends.
    void set_timer(Duration duration, void (State::*then)()) {
        timer.expires_after(
            std::chrono::duration_cast<std::chrono::steady_clock::duration>(duration));
        timer.async_wait(
            [weak = weak_from_this(), then, run = status.runs](const ErrorCode& error) {
                const auto state = weak.lock();
                if (state && !error && state->child && state->status.runs == run) (*state.*then)();
            });
    }

    void on_time_limit() { cut(CutShort::time_limit); }
    void on_kill() { child->signal_group(SIGKILL); }

    void cut(CutShort why) {
        if (!child || cut_short != CutShort::no) return;
        cut_short = why;
        child->signal_group(SIGTERM);
        set_timer(options.kill_after, &State::on_kill);
    }

    void on_ended() {
        timer.cancel();
        // Before it is reaped: until then the number of its group is nobody else's.
        if (cut_short != CutShort::no) child->signal_group(SIGKILL);
        const auto end = child->reap();
        watch.release();
        child.reset();
        report(end.value_or(ChildEnd{.signal = SIGKILL}));
        if (pending) start(*std::exchange(pending, std::nullopt));
    }

    void report(const ChildEnd& end) {
        ++status.runs;
        const auto why = why_failed(end, cut_short);
        const auto took = to_milliseconds(monotonic_now() - started_at);
        if (why.empty()) {
            log.info("a hook was run",
                     {{"hook", options.name}, {"level", level}, {"took_ms", took}});
            return;
        }
        ++status.failures;
        log.warn("a hook failed",
                 {{"hook", options.name}, {"level", level}, {"reason", why}, {"took_ms", took}});
    }

    void end() {
        is_stopped = true;
        pending.reset();
        if (!child) return;
        cut(CutShort::stop);
        if (!child->wait(options.end_patience)) {
            child->signal_group(SIGKILL);
            (void)child->wait(options.end_patience);
        }
        on_ended();
    }

    HookOptions options;
    Log log;
    HookStatus status;
    std::optional<HookNews> pending;
    bool is_stopped = false;

    // Of the run under way.
    std::unique_ptr<ChildProcess> child;  // null when there is none
    ProcessWatch watch;                   // of the child's descriptor
    Timer timer;
    std::string level;
    TimePoint started_at{};
    CutShort cut_short = CutShort::no;
};

HookRunner::HookRunner(asio::io_context& context, HookOptions options, LogSink& log_sink)
    : state_(std::make_shared<State>(context, std::move(options), log_sink)) {}

HookRunner::~HookRunner() {
    state_->end();
}

void HookRunner::run(HookNews news) {
    if (state_->options.command.empty() || state_->is_stopped) return;
    if (state_->child) {
        state_->pending = std::move(news);
    } else {
        state_->start(std::move(news));
    }
}

void HookRunner::stop() {
    state_->is_stopped = true;
    state_->pending.reset();
    state_->cut(State::CutShort::stop);
}

HookStatus HookRunner::status() const {
    return state_->status;
}

bool HookRunner::is_idle() const {
    return !state_->child;
}

}  // namespace conduitd
