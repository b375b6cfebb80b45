#include "conduitd/daemon.hpp"

#include "conduitd/consumer_answers.hpp"
#include "conduitd/control_routes.hpp"
#include "conduitd/control_socket.hpp"
#include "conduitd/data_path.hpp"
#include "conduitd/end_waits.hpp"
#include "conduitd/last_bound_watch.hpp"
#include "conduitd/load_options.hpp"
#include "conduitd/token_cache.hpp"
#include "io/asio.hpp"
#include "io/clock.hpp"
#include "io/file_thread.hpp"
#include "io/files.hpp"
#include "io/tls.hpp"
#include "io/worker_loop.hpp"
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

class Daemon {
public:
    Daemon(const Config& config, ReadAgain read_again, std::shared_ptr<TlsClient> tls,
           LogSink& log_sink)
        : config_(config),
          read_again_(std::move(read_again)),
          log_sink_(log_sink),
          log_(log_sink, "conduitd"),
          cache_(config.state.dir, config.twitch.client_id),
          signals_(context_, SIGTERM, SIGINT),
          notices_(context_, SIGHUP, SIGUSR1),
          drain_timer_(context_.get_executor()),
          start_timer_(context_.get_executor()),
          tls_(std::move(tls)) {}

    int run() {
        if (const auto error = make_private_folder(config_.state.dir)) {
            log_.warn("the state folder cannot be used; the token is not kept for the next start",
                      {{"path", config_.state.dir}, {"reason", error.message()}});
        }
        control_ = open_control_socket(context_, config_.control.path, routes(), log_sink_);
        if (control_.refusal) return static_cast<int>(*control_.refusal);
        auto data = DataPath::open(
            context_, config_, log_sink_,
            {[this](ErrorCode error) { on_sink_failed(error); }, [this] { leave_when_done(); }});
        if (!data.path) return static_cast<int>(data.refusal);
        data_ = std::move(data.path);
        make_worker();
        load_ = std::make_unique<LoadWatch>(
            context_, load_watch_options(config_), data_->origin(), log_sink_,
            LoadWatchEvents{[this] { return read_load(); },
                            [this](const std::string& line) { data_->sink().tell(line); }});
        load_->start();
        wait_for_stop();
        wait_for_notice();
        load_ids();
        context_.run();
        end();
        return static_cast<int>(exit_code_);
    }

private:
    void make_worker() {
        auto options = worker_options(
            config_, config_.twitch.access_token.empty() ? cache_.load() : std::string());
        last_bound_.emplace(context_, config_, files_, *data_,
                            [this] { return worker_loop_->status(); });
        if (const auto last = last_bound_->load()) {
            data_->name_conduit(last->conduit_id);
            options.gap_before =
                gap_since(*last, data_->before().last_received_at, monotonic_now(), wall_now());
        }
        worker_loop_ = WorkerLoop::make(
            context_, tls_, std::move(options), *data_, log_sink_, random_seed(),
            {[this](const std::string& token) { store_token(token); },
             [this](const WorkerLoopEvents::CredentialsRead& done) { read_credentials(done); },
             [this](const std::string& id) { data_->name_conduit(id); },
             [this] { last_bound_->start(); },
             [this](ExitCode code, const std::string& why) { on_worker_stopped(code, why); }});
    }

    // The worker starts with the ids of the process before, or without them when the disk is slow:
    // it is the network that does not wait.
    void load_ids() {
        data_->load_ids([this](const std::vector<SpooledId>& ids) {
            const auto now = monotonic_now();
            const auto wall = wall_now();
            for (const auto& id : ids) {
                const auto age = std::max(wall - id.received_at, Duration::zero());
                worker_loop_->remember(id.id, now - age);
            }
            start_worker();
        });
        start_timer_.expires_after(ids_patience);
        start_timer_.async_wait([this](const ErrorCode& error) {
            if (error) return;
            log_.warn("the ids of earlier messages are not read yet: a message may come twice");
            start_worker();
        });
    }

    void start_worker() {
        start_timer_.cancel();
        if (!is_draining_ && !std::exchange(is_worker_started_, true)) worker_loop_->start();
    }

    [[nodiscard]] LoadReading read_load() const {
        LoadReading reading{.load = {.events = data_->frames_forwarded(),
                                     .spool_memory = data_->spool_memory()},
                            .next = data_->visible_end(),
                            .slowest = {}};
        if (const auto& slowest = data_->spool_status().slowest) {
            reading.slowest = SlowestConsumer{slowest->consumer, slowest->next, slowest->bytes};
        }
        return reading;
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
        last_bound_->on_stop();
        load_->stop();
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
        data_->when_spooled([this] {
            is_all_spooled_ = true;
            last_bound_->on_all_spooled();
            leave_when_done();
        });
        leave_when_done();
    }

    // What sessions still bring goes into the spool.
    void on_sink_failed(ErrorCode error) {
        const std::string reason =
            error == boost::system::errc::broken_pipe
                ? "the reader of stdout is gone: ending, so that a supervisor starts both anew"
                : "stdout cannot be written: ending";
        log_.error(reason, {{"reason", error.message()},
                            {data_->is_in_memory() ? "records_lost" : "records_kept",
                             data_->spool_status().records_waiting}});
        sink_failure_ = reason;
        if (is_worker_stopped_) {
            leave_when_done();
        } else {
            start_draining();
            worker_loop_->stop();
        }
    }

    // The last step: the worker is done, and the sink has taken everything or the time is up.
    void leave_when_done() {
        if (!is_worker_stopped_ || has_left_) return;
        const bool is_lost_later =
            data_->is_in_memory() && data_->spool_status().records_waiting > 0;
        const bool is_taken = data_->sink().is_caught_up() && !is_lost_later;
        const bool is_done = is_all_spooled_ && (is_taken || sink_failure_);
        if (!is_done && !is_out_of_time_ && !is_second_stop_) return;
        if (sink_failure_) end_with(ExitCode::try_again_later, *sink_failure_);
        if (!is_done) say_what_is_left();
        if (was_worker_cut_short_) {
            const std::string reason =
                "the sessions were not read to their ends in time; messages may be lost";
            log_.error(reason);
            end_with(ExitCode::try_again_later, reason);
        }
        leave();
    }

    // Where the worker ended by itself, its reason is the one to act upon.
    void end_with(ExitCode code, const std::string& reason) {
        if (exit_code_ != ExitCode::drained) return;
        exit_code_ = code;
        end_reason_ = reason;
    }

    void say_what_is_left() {
        const auto records = data_->spool_status().records_waiting;
        if (data_->is_in_memory()) {
            const std::string reason = "the sink did not take everything in time";
            log_.error(reason, {{"records_lost", records}});
            end_with(ExitCode::try_again_later, reason);
        } else if (is_all_spooled_) {
            log_.info("not everything was taken in time: it waits for the next start",
                      {{"records", records}});
        }
    }

    void leave() {
        has_left_ = true;
        if (is_all_spooled_) last_bound_->on_all_spooled();
        context_.stop();
    }

    // Nothing runs on the loop any more.
    void end() {
        const auto lines = data_->sink().lines_written();
        const auto data_end = data_->end();
        if (!data_end.is_spooled) {
            end_with(ExitCode::cannot_write_spool, "not everything is in the spool");
        }
        if (!data_end.sink_trouble.empty()) {
            end_with(ExitCode::try_again_later, data_end.sink_trouble);
        }
        load_.reset();
        log_.info("stopped", {{"lines", lines}, {"code", static_cast<int>(exit_code_)}});
        end_waits_.tell(exit_code_, end_reason_);
        if (!files_.end()) {
            log_.warn("a call to read or write a file does not return: ending without it",
                      {{"path", config_.state.dir}});
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
        const auto& spool = data_->spool_status();
        status.load = load_->status();
        status.spool_dir = config_.spool.dir;
        status.spool = spool;
        status.lines_written = data_->sink().lines_written();
        status.records_waiting = spool.records_waiting;
        status.bytes_waiting = spool.bytes_waiting;
        status.records_lost = spool.records_dropped + data_->frames_lost();
        return status;
    }

    [[nodiscard]] std::vector<Route> routes() {
        return make_control_routes(
            {[this] { return status(); }, [this] { return worker_loop_->rotate(); },
             [this] { drain(); }, [this] { return end_waits_.add(); },
             [this] { return list_consumers(data_->consumers(), data_->sink()); },
             [this](const std::string& name) { return remove_consumer(data_->consumers(), name); }},
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
    asio::signal_set signals_;
    asio::signal_set notices_;
    Timer drain_timer_;
    static constexpr std::chrono::seconds ids_patience{2};
    Timer start_timer_;
    std::shared_ptr<TlsClient> tls_;
    std::unique_ptr<DataPath> data_;
    std::optional<LastBoundWatch> last_bound_;
    std::unique_ptr<WorkerLoop> worker_loop_;
    std::unique_ptr<LoadWatch> load_;
    EndWaits end_waits_;
    ControlSocket control_;  // last: its routes use the rest

    ExitCode exit_code_ = ExitCode::drained;
    std::string end_reason_;  // for people; empty after a clean stop
    bool is_draining_ = false;
    bool has_stop_signal_ = false;
    bool is_second_stop_ = false;
    bool is_out_of_time_ = false;
    bool is_worker_stopped_ = false;
    bool was_worker_cut_short_ = false;  // by drain.timeout
    bool is_all_spooled_ = false;        // that the worker has forwarded
    bool is_worker_started_ = false;
    bool has_left_ = false;
    std::optional<std::string> sink_failure_;  // for people
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
