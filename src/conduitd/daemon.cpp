#include "conduitd/daemon.hpp"

#include "conduitd/consumer_answers.hpp"
#include "conduitd/control_routes.hpp"
#include "conduitd/daemon_process.hpp"
#include "conduitd/load_options.hpp"
#include "conduitd/metrics_answer.hpp"
#include "conduitd/read_routes.hpp"
#include "conduitd/worker_options.hpp"
#include "io/environment.hpp"
#include "io/files.hpp"
#include "telemetry/readiness.hpp"
#include "worker/worker.hpp"

#include <unistd.h>
#include <utility>

namespace conduitd {
namespace {

// The watchdog of the process that is taken over from is its successor's too.
std::map<std::string, std::string> manager_environment(bool takes_over) {
    auto environment = read_environment();
    if (takes_over) environment.erase("WATCHDOG_PID");
    return environment;
}

}  // namespace

DaemonProcess::DaemonProcess(const Config& config, ReadAgain read_again, DaemonStart start,
                             std::shared_ptr<TlsClient> tls, LogSink& log_sink)
    : config_(config),
      log_sink_(log_sink),
      log_(log_sink, "conduitd"),
      credentials_(context_, files_, config, std::move(read_again), log_),
      conduit_files_(context_, files_, config, log_),
      signals_(context_, {[this] { drain(); }, [this] { stop_at_once(); },
                          [this] { log_status(log_, status()); }, [this] { reload(); }}),
      service_(context_, service_environment(manager_environment(start.takes_over), ::getpid()),
               log_, [this] { return service_state(); }),
      drain_timer_(context_.get_executor()),
      ending_(log_),
      tls_(std::move(tls)),
      side_timer_(context_.get_executor()),
      takes_over_(start.takes_over),
      takeover_socket_(start.takeover_socket),
      upgrade_(context_, std::move(start.arguments), log_),
      http_(std::make_unique<HttpSocket>(
          context_, config_.http, [this] { return read_routes(); }, log_sink_)) {}

int DaemonProcess::run() {
    if (const auto error = make_private_folder(config_.state.dir)) {
        log_.warn("the state folder cannot be used; the token is not kept for the next start",
                  {{"path", config_.state.dir}, {"reason", error.message()}});
    }
    std::optional<int> refusal;
    if (takes_over_) refusal = begin_takeover();
    if (!refusal && !newcomer_) refusal = begin();
    if (refusal) return *refusal;
    host_ = std::make_unique<TakeoverHost>(
        context_, config_, [this]() -> WorkerLoop& { return *worker_loop_; }, log_sink_,
        host_events());
    signals_.watch();
    context_.run();
    return end();
}

std::optional<int> DaemonProcess::begin() {
    control_ = open_control_socket(context_, config_.control.path, routes(), log_sink_);
    if (control_.refusal) return static_cast<int>(*control_.refusal);
    service_.say("starting: the spool is read");
    if (const auto refusal = open_data({})) return static_cast<int>(*refusal);
    make_worker(options_of_before());
    watch_load();
    http_->listen();
    append_side();
    start_worker();
    service_.watch();
    return std::nullopt;
}

std::optional<ExitCode> DaemonProcess::open_data(DataInheritance inheritance) {
    auto opening = DataPath::open(
        context_, config_, log_sink_,
        {[this](ErrorCode error) { on_sink_failed(error); }, [this] { leave_when_done(); }},
        std::move(inheritance));
    if (!opening.path) return opening.refusal;
    data_ = std::move(opening.path);
    if (worker_loop_) data_->name_conduit(worker_loop_->worker().conduit_id());
    last_bound_ = std::make_unique<LastBoundWatch>(context_, config_, files_, *data_,
                                                   [this] { return worker_loop_->status(); });
    earlier_ids_ = std::make_unique<EarlierIds>(context_, *data_, log_);
    return std::nullopt;
}

// The spool has been ended, and whatever refers to it goes with it, behind what their timers have
// due by now: that finds them as they are.
void DaemonProcess::retire_data() {
    struct Retired {
        std::unique_ptr<DataPath> data;
        std::unique_ptr<SideSegment> side;
        std::unique_ptr<LastBoundWatch> last_bound;
        std::unique_ptr<EarlierIds> earlier_ids;
        std::unique_ptr<LoadWatch> load;
        std::unique_ptr<HttpSocket> http;
    };
    side_timer_.cancel();
    auto retired = std::make_shared<Retired>(
        Retired{std::move(data_), std::move(side_), std::move(last_bound_), std::move(earlier_ids_),
                std::move(load_), std::move(http_)});
    auto timer = std::make_shared<Timer>(context_.get_executor());
    timer->expires_after({});  // timers come in the order of their times
    timer->async_wait([retired = std::move(retired), timer](const ErrorCode&) {});
}

void DaemonProcess::watch_load() {
    load_ = std::make_unique<LoadWatch>(
        context_, load_watch_options(config_), data_->origin(), log_sink_,
        LoadWatchEvents{[this] { return data_->load_reading(); },
                        [this](const std::string& line) { data_->sink().tell(line); }});
    load_->start();
}

// What a process that was to take over has received, and has not appended itself: it may still be
// there, and have it open.
void DaemonProcess::append_side() {
    constexpr std::chrono::seconds retry{1};
    side_.reset();
    auto found = SideSegment::find(context_, config_, log_sink_);
    if (found.side) {
        side_ = std::move(found.side);
        return side_->append_to(*data_, [](const SideSegment::Appended&) {});
    }
    if (found.reason.empty()) return;
    log_.warn("what a process that was to take over has received cannot be read yet",
              {{"reason", found.reason}});
    side_timer_.expires_after(retry);
    side_timer_.async_wait([this](const ErrorCode& error) {
        if (!error) append_side();
    });
}

WorkerOptions DaemonProcess::options_of_before() {
    auto options = worker_options(
        config_, config_.twitch.access_token.empty() ? credentials_.load_token() : std::string());
    options.remembered_conduits = conduit_files_.load();
    const auto last = last_bound_->load();
    if (!last) return options;
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
    return options;
}

void DaemonProcess::make_worker(WorkerOptions options) {
    if (data_) frames_.lead_to(*data_);
    worker_loop_ = WorkerLoop::make(
        context_, tls_, std::move(options), frames_, log_sink_, random_seed(),
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
         [this](const WorkerLoopEvents::CredentialsRead& done) { credentials_.read_again(done); },
         [this](const std::string& id) {
             if (data_) data_->name_conduit(id);
         },
         [this] {
             if (newcomer_) newcomer_->on_ready_to_claim();
         },
         [this] { on_worker_turned(); },
         [this] {
             if (last_bound_) last_bound_->start();
         },
         [this](ExitCode code, const std::string& why) { on_worker_stopped(code, why); }});
}

void DaemonProcess::start_worker() {
    earlier_ids_->load([this](const IdDigest& id,
                              TimePoint received_at) { worker_loop_->remember(id, received_at); },
                       [this] {
                           if (!is_draining_) worker_loop_->start();
                       });
}

void DaemonProcess::stop_at_once() {
    ending_.on_second_stop();
    if (!data_ && !host_->has_left()) {
        const std::string reason = "told to stop at once while another process takes over";
        log_.error(reason);
        ending_.end_with(ExitCode::try_again_later, reason);
        return context_.stop();
    }
    worker_loop_->stop();
    leave_when_done();
}

// For whatever reason, and however often: only a second signal cuts a stop short.
void DaemonProcess::drain() {
    if (is_draining_ || !host_->may_stop()) return;
    if (newcomer_ && newcomer_->give_up("the new process is told to stop")) return;
    start_draining();
    worker_loop_->stop();
}

void DaemonProcess::start_draining() {
    if (std::exchange(is_draining_, true)) return;
    drain_timer_.expires_after(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(config_.drain.timeout));
    if (last_bound_) last_bound_->on_stop();
    if (load_) load_->stop();
    service_.look();
    drain_timer_.async_wait([this](const ErrorCode& error) {
        if (error) return;
        ending_.on_out_of_time();
        if (!ending_.is_worker_stopped()) worker_loop_->stop();
        leave_when_done();
    });
}

void DaemonProcess::on_worker_stopped(ExitCode code, const std::string& why) {
    if (newcomer_ && newcomer_->give_up(why)) return;
    ending_.on_worker_stopped(code, why);
    if (!why.empty()) log_.error(why);
    if (host_->has_left()) {
        host_->finish();
        if (retake_refusal_) ending_.end_with(*retake_refusal_, "the spool was not had again");
        return context_.stop();
    }
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

// What sessions still bring goes into the spool: one more reason to stop, and never an order to cut
// short the stop that is under way.
void DaemonProcess::on_sink_failed(ErrorCode error) {
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

void DaemonProcess::leave_when_done() {
    if (!data_) return;
    const bool may_leave = ending_.try_leave(
        {data_->sink().is_caught_up() && !(newcomer_ && newcomer_->may_bring_more()),
         data_->is_in_memory(), data_->waiting().records});
    if (!may_leave) return;
    if (ending_.is_all_spooled()) last_bound_->on_all_spooled();
    context_.stop();
}

// Nothing runs on the loop any more.
int DaemonProcess::end() {
    const bool is_served = data_ && !host_->has_left() && (!newcomer_ || newcomer_->is_done());
    if (is_served) service_.say("stopping: the spool is closed");
    std::uint64_t lines = 0;
    if (data_) {
        frames_.lead_to(*data_);  // what was held until the side segment would have been appended
        lines = data_->sink().lines_written();
        const auto data_end = data_->end();
        if (!data_end.is_spooled) {
            ending_.end_with(ExitCode::cannot_write_spool, "not everything is in the spool");
        }
        if (!data_end.sink_trouble.empty()) {
            ending_.end_with(ExitCode::try_again_later, data_end.sink_trouble);
        }
    }
    load_.reset();
    log_.info("stopped", {{"lines", lines}, {"code", static_cast<int>(ending_.code())}});
    end_waits_.tell(ending_.code(), ending_.reason());
    if (!files_.end()) {
        log_.warn("a call to read or write a file does not return: ending without it",
                  {{"path", config_.state.dir}});
    }
    return static_cast<int>(ending_.code());
}

DaemonStatus DaemonProcess::status() const {
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
    if (load_) status.load = load_->status();
    if (data_) data_->describe(status);
    return status;
}

std::shared_ptr<LateAnswer> DaemonProcess::metrics() {
    if (!data_) return give_now(refuse(503, "another process is taking over: ask again"));
    return answer_metrics(context_, data_->consumers(), [this] { return status(); });
}

ServiceState DaemonProcess::service_state() const {
    const auto now = status();
    return {readiness_of(now.worker).is_ready, is_draining_, make_status_line(now, is_draining_)};
}

std::vector<Route> DaemonProcess::read_routes() {
    return make_read_routes([this] { return status(); }, [this] { return metrics(); });
}

std::vector<Route> DaemonProcess::routes() {
    const auto busy = [] { return give_now(refuse(503, "another process is taking over")); };
    return make_control_routes(
        {[this] { return status(); }, [this] { return metrics(); },
         [this] { return worker_loop_->rotate(); }, [this] { drain(); },
         [this] { return upgrade(); }, [this](int fd) { host_->take_socket(fd); },
         [this] { return end_waits_.add(); },
         [this, busy] {
             return data_ ? list_consumers(data_->consumers(), data_->sink()) : busy();
         },
         [this, busy](const std::string& name) {
             return data_ ? remove_consumer(data_->consumers(), name) : busy();
         }},
        log_);
}

int run_daemon(const Config& config, DaemonStart start, ReadAgain read_again, LogSink& log_sink) {
    std::string reason;
    auto tls = TlsClient::make(config.twitch.ca_file, reason);
    if (!tls) {
        Log(log_sink, "conduitd").error("twitch.ca_file cannot be used", {{"reason", reason}});
        return static_cast<int>(ExitCode::configuration);
    }
    return DaemonProcess(config, std::move(read_again), std::move(start), std::move(*tls), log_sink)
        .run();
}

}  // namespace conduitd
