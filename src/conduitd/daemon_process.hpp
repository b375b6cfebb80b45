#pragma once

#include "base/log.hpp"
#include "conduitd/conduit_files.hpp"
#include "conduitd/control_socket.hpp"
#include "conduitd/credential_files.hpp"
#include "conduitd/daemon.hpp"
#include "conduitd/data_path.hpp"
#include "conduitd/earlier_ids.hpp"
#include "conduitd/end_waits.hpp"
#include "conduitd/ending.hpp"
#include "conduitd/frame_switch.hpp"
#include "conduitd/http_socket.hpp"
#include "conduitd/last_bound_watch.hpp"
#include "conduitd/newcomer.hpp"
#include "conduitd/read_again.hpp"
#include "conduitd/service_manager.hpp"
#include "conduitd/side_segment.hpp"
#include "conduitd/signals.hpp"
#include "conduitd/takeover_host.hpp"
#include "conduitd/upgrade.hpp"
#include "config/config.hpp"
#include "io/asio.hpp"
#include "io/clock.hpp"
#include "io/file_thread.hpp"
#include "io/load_watch.hpp"
#include "io/tls.hpp"
#include "io/worker_loop.hpp"
#include "telemetry/status_document.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace conduitd {

// The parts of the daemon, and what each is told of the others. They come and go in an order of
// their own: a process that takes over from another has a worker before it has the spool, and the
// other one a worker when its spool is gone.
class DaemonProcess {
public:
    DaemonProcess(const Config& config, ReadAgain read_again, DaemonStart start,
                  std::shared_ptr<TlsClient> tls, LogSink& log_sink);

    [[nodiscard]] int run();  // until the end

private:
    // daemon.cpp
    [[nodiscard]] std::optional<int> begin();
    [[nodiscard]] std::optional<ExitCode> open_data(DataInheritance inheritance);
    void retire_data();
    void make_worker(WorkerOptions options);
    [[nodiscard]] WorkerOptions options_of_before();
    void start_worker();
    void watch_load();
    void append_side();
    void drain();
    void stop_at_once();
    void start_draining();
    void on_worker_stopped(ExitCode code, const std::string& why);
    void on_sink_failed(ErrorCode error);
    void leave_when_done();
    int end();
    [[nodiscard]] DaemonStatus status() const;
    [[nodiscard]] std::shared_ptr<LateAnswer> metrics();
    [[nodiscard]] ServiceState service_state() const;
    [[nodiscard]] std::vector<Route> routes();
    [[nodiscard]] std::vector<Route> read_routes();

    // Another process takes over from this one, or this one from another: daemon_takeover.cpp.
    [[nodiscard]] TakeoverHostEvents host_events();
    [[nodiscard]] TakeoverHostEvents::Released release();
    [[nodiscard]] bool retake();
    void on_stayed(std::optional<TimePoint> lost_since);
    void on_left(int pid);
    [[nodiscard]] ServedAnswer upgrade();
    void reload();
    [[nodiscard]] std::string start_newcomer();
    [[nodiscard]] std::optional<int> begin_takeover();
    [[nodiscard]] NewcomerEvents newcomer_events();
    void start_as_newcomer(const TakeoverStock& stock);
    [[nodiscard]] bool take(TakeoverRelease release, std::vector<Descriptor> descriptors);
    void on_taken();
    void on_holder_died();
    void tell_holder_gap();
    void on_worker_turned();

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
    ServiceManager service_;
    Timer drain_timer_;
    Ending ending_;
    std::shared_ptr<TlsClient> tls_;
    FrameSwitch frames_;
    std::unique_ptr<DataPath> data_;
    std::unique_ptr<SideSegment> side_;
    Timer side_timer_;
    std::unique_ptr<LastBoundWatch> last_bound_;
    std::unique_ptr<WorkerLoop> worker_loop_;
    std::unique_ptr<EarlierIds> earlier_ids_;
    std::unique_ptr<LoadWatch> load_;
    EndWaits end_waits_;
    std::unique_ptr<TakeoverHost> host_;
    std::unique_ptr<Newcomer> newcomer_;
    const bool takes_over_;
    Descriptor takeover_socket_;  // at the process that has started this one to take over
    Upgrade upgrade_;
    Descriptor inherited_control_;
    std::optional<ExitCode> retake_refusal_;
    std::string lock_holder_;  // of the spool, as it was found at a retake: a pid
    TimePoint holder_proven_at_ = monotonic_now();  // until then all that it was sent is here
    std::optional<TimePoint> holder_lost_since_;    // the gap of its death is to be told
    DataInheritance kept_;  // of what was released, until another process has it
    bool is_draining_ = false;
    // Last: their routes use the rest.
    ControlSocket control_;
    std::unique_ptr<HttpSocket> http_;
};

}  // namespace conduitd
