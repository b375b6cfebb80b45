#include "conduitd/daemon.hpp"

#include "conduitd/conduit_files.hpp"
#include "conduitd/consumer_answers.hpp"
#include "conduitd/control_routes.hpp"
#include "conduitd/control_socket.hpp"
#include "conduitd/credential_files.hpp"
#include "conduitd/data_path.hpp"
#include "conduitd/earlier_ids.hpp"
#include "conduitd/end_waits.hpp"
#include "conduitd/ending.hpp"
#include "conduitd/http_socket.hpp"
#include "conduitd/last_bound_watch.hpp"
#include "conduitd/load_options.hpp"
#include "conduitd/metrics_answer.hpp"
#include "conduitd/read_routes.hpp"
#include "conduitd/service_manager.hpp"
#include "conduitd/signals.hpp"
#include "conduitd/worker_options.hpp"
#include "io/asio.hpp"
#include "io/clock.hpp"
#include "io/environment.hpp"
#include "io/file_thread.hpp"
#include "io/files.hpp"
#include "io/tls.hpp"
#include "io/worker_loop.hpp"
#include "telemetry/readiness.hpp"
#include "telemetry/status_document.hpp"

#include <unistd.h>
#include <utility>

namespace conduitd {
namespace {

class Daemon {
public:
    Daemon(const Config& config, ReadAgain read_again, std::shared_ptr<TlsClient> tls,
           LogSink& log_sink)
        : config_(config),
          log_sink_(log_sink),
          log_(log_sink, "conduitd"),
          credentials_(context_, files_, config, std::move(read_again), log_),
          conduit_files_(context_, files_, config, log_),
          signals_(context_, {[this] { drain(); }, [this] { stop_at_once(); },
                              [this] { log_status(log_, status()); }, [this] { refuse_reload(); }}),
          drain_timer_(context_.get_executor()),
          ending_(log_),
          tls_(std::move(tls)) {}

    int run() {
        if (const auto error = make_private_folder(config_.state.dir)) {
            log_.warn("the state folder cannot be used; the token is not kept for the next start",
                      {{"path", config_.state.dir}, {"reason", error.message()}});
        }
        control_ = open_control_socket(context_, config_.control.path, routes(), log_sink_);
        if (control_.refusal) return static_cast<int>(*control_.refusal);
        service_.say("starting: the spool is read");
        auto data = DataPath::open(
            context_, config_, log_sink_,
            {[this](ErrorCode error) { on_sink_failed(error); }, [this] { leave_when_done(); }});
        if (!data.path) return static_cast<int>(data.refusal);
        data_ = std::move(data.path);
        make_worker();
        load_ = std::make_unique<LoadWatch>(
            context_, load_watch_options(config_), data_->origin(), log_sink_,
            LoadWatchEvents{[this] { return data_->load_reading(); },
                            [this](const std::string& line) { data_->sink().tell(line); }});
        load_->start();
        http_.listen();
        signals_.watch();
        start_worker();
        service_.watch();
        context_.run();
        end();
        return static_cast<int>(ending_.code());
    }

private:
    void make_worker() {
        auto options =
            worker_options(config_, config_.twitch.access_token.empty() ? credentials_.load_token()
                                                                        : std::string());
        options.remembered_conduits = conduit_files_.load();
        last_bound_.emplace(context_, config_, files_, *data_,
                            [this] { return worker_loop_->status(); });
        if (const auto last = last_bound_->load()) {
            options.conduit_before = last->conduit_id;
            if (options.conduit.shards.empty() && !last->shards.empty()) {
                options.conduit.preferred = last->shards.lowest();
            }
            data_->name_conduit(last->conduit_id);
            options.gap_before =
                gap_since(*last, data_->before().last_received_at, monotonic_now(), wall_now());
            options.was_parked = last->how == LastBound::How::parked;
            if (last->how == LastBound::How::running) {
                options.fleet_before = last->fleet;
                options.session_before = last->session_id;
            }
        }
        worker_loop_ = WorkerLoop::make(
            context_, tls_, std::move(options), *data_, log_sink_, random_seed(),
            {[this](const std::string& token) { credentials_.store_token(token); },
             [this](CredentialFiles::TokenRead done) {
                 credentials_.lock_token_cache(std::move(done));
             },
             [this] { credentials_.unlock_token_cache(); },
             [this](std::function<void()> done) { conduit_files_.lock_host(std::move(done)); },
             [this] { conduit_files_.unlock_host(); },
             [this](const RememberConduit& what) {
                 conduit_files_.remember(what.client_id, what.conduit_id);
             },
             [this](const WorkerLoopEvents::CredentialsRead& done) {
                 credentials_.read_again(done);
             },
             [this](const std::string& id) { data_->name_conduit(id); },
             [this] { last_bound_->start(); },
             [this](ExitCode code, const std::string& why) { on_worker_stopped(code, why); }});
    }

    void start_worker() {
        earlier_ids_.emplace(context_, *data_, log_);
        earlier_ids_->load(
            [this](const IdDigest& id, TimePoint received_at) {
                worker_loop_->remember(id, received_at);
            },
            [this] {
                if (!is_draining_) worker_loop_->start();
            });
    }

    void stop_at_once() {
        ending_.on_second_stop();
        worker_loop_->stop();
        leave_when_done();
    }

    void refuse_reload() {
        log_.warn("HUP does nothing here: this version does not reload; restart the process");
    }

    // For whatever reason, and however often: only a second signal cuts a stop short.
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
        service_.look();
        drain_timer_.async_wait([this](const ErrorCode& error) {
            if (error) return;
            ending_.on_out_of_time();
            if (!ending_.is_worker_stopped()) worker_loop_->stop();
            leave_when_done();
        });
    }

    void on_worker_stopped(ExitCode code, const std::string& why) {
        ending_.on_worker_stopped(code, why);
        if (!why.empty()) log_.error(why);
        start_draining();
        if (code == ExitCode::superseded) last_bound_->on_superseded();
        if (const auto at = worker_loop_->status().parked_at)
            last_bound_->on_parked(wall_now() - (monotonic_now() - *at));
        data_->when_spooled([this] {
            ending_.on_all_spooled();
            last_bound_->on_all_spooled();
            leave_when_done();
        });
        leave_when_done();
    }

    // What sessions still bring goes into the spool: one more reason to stop, and never an order to
    // cut short the stop that is under way.
    void on_sink_failed(ErrorCode error) {
        const std::string reason =
            error == boost::system::errc::broken_pipe
                ? "the reader of stdout is gone: ending, so that a supervisor starts both anew"
                : "stdout cannot be written: ending";
        log_.error(reason, {{"reason", error.message()},
                            {data_->is_in_memory() ? "records_lost" : "records_kept",
                             data_->waiting().records}});
        ending_.on_sink_failed(reason);
        if (ending_.is_worker_stopped()) {
            leave_when_done();
        } else {
            drain();
        }
    }

    void leave_when_done() {
        const bool may_leave = ending_.try_leave(
            {data_->sink().is_caught_up(), data_->is_in_memory(), data_->waiting().records});
        if (!may_leave) return;
        if (ending_.is_all_spooled()) last_bound_->on_all_spooled();
        context_.stop();
    }

    // Nothing runs on the loop any more.
    void end() {
        service_.say("stopping: the spool is closed");
        const auto lines = data_->sink().lines_written();
        const auto data_end = data_->end();
        if (!data_end.is_spooled) {
            ending_.end_with(ExitCode::cannot_write_spool, "not everything is in the spool");
        }
        if (!data_end.sink_trouble.empty()) {
            ending_.end_with(ExitCode::try_again_later, data_end.sink_trouble);
        }
        load_.reset();
        log_.info("stopped", {{"lines", lines}, {"code", static_cast<int>(ending_.code())}});
        end_waits_.tell(ending_.code(), ending_.reason());
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
        status.shard_id = config_.shard.text();
        status.started_at = started_at_;
        status.uptime = monotonic_now() - started_;
        status.worker = worker_loop_->status();
        status.calls = worker_loop_->calls();
        if (const auto at = status.worker.token_ends_at; at != never) {
            status.token_ends_in = at - monotonic_now();
        }
        status.load = load_->status();
        data_->describe(status);
        return status;
    }

    [[nodiscard]] std::shared_ptr<LateAnswer> metrics() {
        return answer_metrics(context_, data_->consumers(), [this] { return status(); });
    }

    [[nodiscard]] ServiceState service_state() const {
        const auto now = status();
        return {readiness_of(now.worker).is_ready, is_draining_,
                make_status_line(now, is_draining_)};
    }

    [[nodiscard]] std::vector<Route> routes() {
        return make_control_routes(
            {[this] { return status(); }, [this] { return metrics(); },
             [this] { return worker_loop_->rotate(); }, [this] { drain(); },
             [this] { return end_waits_.add(); },
             [this] { return list_consumers(data_->consumers(), data_->sink()); },
             [this](const std::string& name) { return remove_consumer(data_->consumers(), name); }},
            log_);
    }

    const Config& config_;
    LogSink& log_sink_;
    Log log_;
    const WallTime started_at_ = wall_now();
    const TimePoint started_ = monotonic_now();
    asio::io_context context_{1};
    FileThread files_{context_};
    CredentialFiles credentials_;
    ConduitFiles conduit_files_;
    Signals signals_;
    ServiceManager service_{context_, service_environment(read_environment(), ::getpid()), log_,
                            [this] { return service_state(); }};
    Timer drain_timer_;
    Ending ending_;
    std::shared_ptr<TlsClient> tls_;
    std::unique_ptr<DataPath> data_;
    std::optional<LastBoundWatch> last_bound_;
    std::unique_ptr<WorkerLoop> worker_loop_;
    std::optional<EarlierIds> earlier_ids_;
    std::unique_ptr<LoadWatch> load_;
    EndWaits end_waits_;
    bool is_draining_ = false;
    // Last: their routes use the rest.
    ControlSocket control_;
    HttpSocket http_{context_, config_.http,
                     [this] {
                         return make_read_routes([this] { return status(); },
                                                 [this] { return metrics(); });
                     },
                     log_sink_};
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
