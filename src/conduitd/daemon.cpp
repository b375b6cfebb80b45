#include "conduitd/daemon.hpp"

#include "conduitd/control_routes.hpp"
#include "conduitd/control_socket.hpp"
#include "conduitd/end_waits.hpp"
#include "conduitd/token_cache.hpp"
#include "io/asio.hpp"
#include "io/clock.hpp"
#include "io/delivery_loop.hpp"
#include "io/file_thread.hpp"
#include "io/files.hpp"
#include "io/tls.hpp"
#include "io/worker_loop.hpp"
#include "sink/delivery.hpp"
#include "sink/gap_line.hpp"
#include "spool/memory_spool.hpp"
#include "telemetry/status_document.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>

#include <algorithm>
#include <csignal>
#include <unistd.h>
#include <utility>

namespace conduitd {
namespace {

// Why a file call was refused: those before it do not come to their end.
constexpr const char* disk_hangs = "the disk does not answer";

WorkerOptions worker_options(const Config& config, const std::string& cached_token) {
    WorkerOptions options;
    options.helix.endpoints = {config.twitch.id_url, config.twitch.helix_url};
    options.helix.client_id = config.twitch.client_id;
    options.helix.client_secret = config.twitch.client_secret.reveal();
    options.helix.given_token = config.twitch.access_token.reveal();
    options.helix.cached_token = cached_token;
    options.eventsub_url = config.twitch.eventsub_url;
    options.conduit = {config.conduit.id, config.conduit.shard_count, config.shard.id};
    options.stop_limit = std::min(options.stop_limit, config.drain.timeout * 3 / 4);
    return options;
}

LineFormat line_format(SinkFormat format) {
    return format == SinkFormat::raw ? LineFormat::raw : LineFormat::annotated;
}

class Daemon : public FrameSink {
public:
    Daemon(const Config& config, ReadAgain read_again, std::shared_ptr<TlsClient> tls,
           LogSink& log_sink)
        : config_(config),
          read_again_(std::move(read_again)),
          log_sink_(log_sink),
          log_(log_sink, "conduitd"),
          cache_(config.state.dir, config.twitch.client_id),
          spool_(config.spool.bytes_max),
          delivery_(spool_, line_format(config.sink.format), {{}, std::to_string(config.shard.id)}),
          signals_(context_, SIGTERM, SIGINT),
          notices_(context_, SIGHUP, SIGUSR1),
          drain_timer_(context_.get_executor()),
          delivery_loop_(
              context_, delivery_, STDOUT_FILENO,
              [this](ErrorCode error) { on_sink_failed(error); }, [this] { leave_when_done(); }),
          worker_loop_(WorkerLoop::make(
              context_, std::move(tls),
              worker_options(config,
                             config.twitch.access_token.empty() ? cache_.load() : std::string()),
              *this, log_sink, random_seed(),
              {[this](const std::string& token) { store_token(token); },
               [this](const WorkerLoopEvents::CredentialsRead& done) { read_credentials(done); },
               [this](ExitCode code, const std::string& why) { on_worker_stopped(code, why); }})) {}

    int run() {
        if (const auto error = make_private_folder(config_.state.dir)) {
            log_.warn("the state folder cannot be used; the token is not kept for the next start",
                      {{"path", config_.state.dir}, {"reason", error.message()}});
        }
        control_ = open_control_socket(context_, config_.control.path, routes(), log_sink_);
        if (control_.refusal) return static_cast<int>(*control_.refusal);
        wait_for_stop();
        wait_for_notice();
        worker_loop_->start();
        context_.run();
        if (!files_.end()) {
            log_.warn("a call to read or write a file does not return: ending without it",
                      {{"path", config_.state.dir}});
        }
        return static_cast<int>(exit_code_);
    }

    // Data path: session -> spool. The sink is woken once for a batch of frames.
    void forward(std::string_view frame, TimePoint received_at) override {
        spool_.append(frame, wall_now() - (monotonic_now() - received_at));
        wake_sink();
    }

    void report_gap(const Gap& gap, TimePoint now) override {
        const auto wall = [offset = wall_now() - now.time_since_epoch()](TimePoint time) {
            return offset + time.time_since_epoch();
        };
        const auto until = gap.until ? std::optional(wall(*gap.until)) : std::nullopt;
        spool_.append(make_gap_frame(name_of(gap.reason), wall(gap.since), until,
                                     std::to_string(config_.shard.id)),
                      wall(now));
        wake_sink();
    }

private:
    void wake_sink() {
        if (std::exchange(is_waking_, true)) return;
        asio::post(context_, [this] {
            is_waking_ = false;
            delivery_.name_conduit(worker_loop_->status().conduit_id);
            say_what_was_dropped();
            delivery_loop_.wake();
        });
    }

    void wait_for_stop() {
        signals_.async_wait([this](const ErrorCode& error, int) {
            if (error) return;
            if (std::exchange(has_stop_signal_, true)) {
                is_second_stop_ = true;
                worker_loop_->stop();
                leave_when_done();
            } else {
                drain();
            }
            wait_for_stop();
        });
    }

    void wait_for_notice() {
        notices_.async_wait([this](const ErrorCode& error, int signal) {
            if (error) return;
            if (signal == SIGUSR1) {
                log_status(log_, status());
            } else {
                log_.warn(
                    "HUP does nothing here: this version does not reload; restart the process");
            }
            wait_for_notice();
        });
    }

    // What a file call touches is its own: it may hang for longer than this object lives.
    void store_token(const std::string& token) {
        const auto error = std::make_shared<ErrorCode>();
        const bool is_queued =
            files_.try_run([cache = cache_, token, error] { *error = cache.store(token); },
                           [this, error] {
                               if (*error) warn_token_not_kept(error->message());
                           });
        if (!is_queued) warn_token_not_kept(disk_hangs);
    }

    void warn_token_not_kept(const std::string& reason) const {
        log_.warn("the token is not kept for the next start",
                  {{"path", cache_.path()}, {"reason", reason}});
    }

    void read_credentials(const WorkerLoopEvents::CredentialsRead& done) {
        const auto read = std::make_shared<CredentialsRead>();
        const auto hand_over = [this, read, done] {
            for (const auto& problem : read->problems) log_.warn(problem);
            done(read->credentials);
        };
        const bool is_queued =
            files_.try_run([read_again = read_again_, read] { *read = read_again(); }, hand_over);
        if (is_queued) return;
        read->problems.emplace_back("the credentials cannot be read again: " +
                                    std::string(disk_hangs));
        asio::post(context_, hand_over);
    }

    // As ordered by a signal or by an operator: only a second signal cuts a stop short.
    void drain() {
        if (is_draining_) return;
        start_draining();
        worker_loop_->stop();
    }

    void start_draining() {
        if (std::exchange(is_draining_, true)) return;
        drain_timer_.expires_after(
            std::chrono::duration_cast<std::chrono::steady_clock::duration>(config_.drain.timeout));
        drain_timer_.async_wait([this](const ErrorCode& error) {
            if (error) return;
            is_out_of_time_ = true;
            was_worker_cut_short_ = !is_worker_stopped_;
            if (was_worker_cut_short_) worker_loop_->stop();
            leave_when_done();
        });
    }

    void on_worker_stopped(ExitCode code, const std::string& why) {
        is_worker_stopped_ = true;
        exit_code_ = code;
        end_reason_ = why;
        if (!why.empty()) log_.error(why);
        start_draining();
        delivery_loop_.wake();
        leave_when_done();
    }

    void on_sink_failed(ErrorCode error) {
        exit_code_ = ExitCode::try_again_later;
        end_reason_ =
            error == boost::system::errc::broken_pipe
                ? "the reader of stdout is gone: ending, so that a supervisor starts both anew"
                : "stdout cannot be written: ending";
        log_.error(end_reason_,
                   {{"reason", error.message()}, {"records_lost", spool_.records_unacked()}});
        leave();
    }

    // The last step: the worker is done, and the sink has taken everything or the time is up.
    void leave_when_done() {
        if (!is_worker_stopped_) return;
        const auto remaining = spool_.records_unacked();
        if (remaining > 0 && !is_out_of_time_ && !is_second_stop_) return;
        if (remaining > 0) {
            const std::string reason = "the reader of stdout did not take everything in time";
            log_.error(reason, {{"records_lost", remaining}});
            // Where the worker ended by itself, its reason is the one to act upon.
            if (exit_code_ == ExitCode::drained) {
                exit_code_ = ExitCode::try_again_later;
                end_reason_ = reason;
            }
        } else if (was_worker_cut_short_) {
            exit_code_ = ExitCode::try_again_later;
            end_reason_ = "the sessions were not read to their ends in time; messages may be lost";
            log_.error(end_reason_);
        }
        log_.info("stopped",
                  {{"lines", delivery_.lines_written()}, {"code", static_cast<int>(exit_code_)}});
        leave();
    }

    void leave() {
        end_waits_.tell(exit_code_, end_reason_);
        context_.stop();
    }

    void say_what_was_dropped() {
        const auto dropped = spool_.records_dropped();
        if (dropped == dropped_said_) return;
        if (dropped_said_ == 0 || dropped >= dropped_said_ * 2) {
            log_.error(
                "the spool is full because the reader of stdout is slow: the oldest records go",
                {{"records_lost", dropped}, {"max_bytes", config_.spool.bytes_max}});
            dropped_said_ = dropped;
        }
    }

    [[nodiscard]] DaemonStatus status() const {
        DaemonStatus status;
        status.version = CONDUITD_VERSION;
        status.pid = ::getpid();
        status.name = config_.name;
        status.started_at = started_at_;
        status.uptime = monotonic_now() - started_;
        status.worker = worker_loop_->status();
        status.lines_written = delivery_.lines_written();
        status.records_waiting = spool_.records_unacked();
        status.bytes_waiting = spool_.bytes();
        status.records_lost = spool_.records_dropped();
        return status;
    }

    [[nodiscard]] std::vector<Route> routes() {
        return make_control_routes(
            {[this] { return status(); }, [this] { return worker_loop_->rotate(); },
             [this] { drain(); }, [this] { return end_waits_.add(); }},
            log_);
    }

    const Config& config_;
    ReadAgain read_again_;
    LogSink& log_sink_;
    Log log_;
    const WallTime started_at_ = wall_now();
    const TimePoint started_ = monotonic_now();
    asio::io_context context_{1};
    TokenCache cache_;
    FileThread files_{context_};
    MemorySpool spool_;
    Delivery delivery_;
    asio::signal_set signals_;
    asio::signal_set notices_;
    Timer drain_timer_;
    DeliveryLoop delivery_loop_;
    std::unique_ptr<WorkerLoop> worker_loop_;
    EndWaits end_waits_;
    ControlSocket control_;  // last: its routes use the rest

    ExitCode exit_code_ = ExitCode::drained;
    std::string end_reason_;  // for people; empty after a clean stop
    bool is_waking_ = false;
    bool is_draining_ = false;
    bool has_stop_signal_ = false;
    bool is_second_stop_ = false;
    bool is_out_of_time_ = false;
    bool is_worker_stopped_ = false;
    bool was_worker_cut_short_ = false;  // by drain.timeout
    std::uint64_t dropped_said_ = 0;
};

}  // namespace

int run_daemon(const Config& config, ReadAgain read_again, LogSink& log_sink) {
    std::string reason;
    auto tls = TlsClient::make(config.twitch.ca_file, reason);
    if (!tls) {
        Log(log_sink, "conduitd").error("twitch.ca_file cannot be used", {{"reason", reason}});
        return static_cast<int>(ExitCode::configuration);
    }
    return Daemon(config, std::move(read_again), std::move(*tls), log_sink).run();
}

}  // namespace conduitd
