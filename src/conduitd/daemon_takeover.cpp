#include "conduitd/daemon_process.hpp"
#include "conduitd/worker_options.hpp"
#include "worker/worker.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>
#include <utility>

// One process takes over from another (`worker/takeover.hpp`): what that means for the parts of
// either.
namespace conduitd {
namespace {

Descriptor copy_of(int fd) {
    return Descriptor(fd < 0 ? -1 : ::fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

}  // namespace

// ---- the process that has everything

TakeoverHostEvents DaemonProcess::host_events() {
    return {[this] {
                service_.tell(
                    fmt::format("RELOADING=1\nMONOTONIC_USEC={}\n",
                                monotonic_now().time_since_epoch() / std::chrono::microseconds(1)));
            },
            [this] { return release(); },
            [this] { return retake(); },
            [this](std::optional<TimePoint> lost_since) { on_stayed(lost_since); },
            [this] { drain(); },
            [this](int pid) { on_left(pid); }};
}

// What is handed over stays here as well, until the other process has the lock.
TakeoverHostEvents::Released DaemonProcess::release() {
    frames_.hold();
    kept_ = data_->hand_over();
    retire_data();
    TakeoverHostEvents::Released released;
    auto& [release, descriptors] = released;
    const auto add = [&descriptors = descriptors](int fd) {
        auto copy = copy_of(fd);
        if (!copy.is_open()) return false;
        descriptors.push_back(std::move(copy));
        return true;
    };
    release.has_stdout = config_.sink.type == SinkType::standard_output && add(STDOUT_FILENO);
    release.has_listener = add(kept_.listener.number());
    release.has_control = control_.server && add(control_.server->listener());
    release.sink_path = kept_.listens_at;
    release.control_path = config_.control.path;
    release.resume = kept_.resume;
    return released;
}

// Asked again and again, so that a lock that another process has is no error.
bool DaemonProcess::retake() {
    const auto look = look_at_lock(config_.spool.dir);
    lock_holder_ = look.holder;
    if (!look.is_free) return false;
    retake_refusal_ = open_data({kept_.resume, copy_of(kept_.listener.number()), kept_.listens_at});
    if (retake_refusal_) return false;
    kept_ = {};
    http_ = std::make_unique<HttpSocket>(
        context_, config_.http, [this] { return read_routes(); }, log_sink_);
    http_->listen();
    last_bound_->start();
    watch_load();
    frames_.lead_to(*data_);
    return true;
}

void DaemonProcess::on_stayed(std::optional<TimePoint> lost_since) {
    service_.tell("READY=1\n");
    if (lost_since) append_side();
}

void DaemonProcess::on_left(int pid) {
    kept_ = {};
    // Where it has not said so itself: who is written in the lock, if anybody.
    const bool has_lock = lock_holder_.empty() || lock_holder_ == std::to_string(pid);
    if (has_lock) service_.tell(fmt::format("MAINPID={}\n", pid));
    if (control_.server) control_.server->stop_listening();
    frames_.lead_to(*host_);
}

ServedAnswer DaemonProcess::upgrade() {
    if (::getpid() == 1) {
        return refuse(409,
                      "this is the first process of its container, which ends with it: replace "
                      "the container instead");
    }
    ServedAnswer answer;
    answer.later = upgrade_.add_wait();
    if (const auto why = start_newcomer(); !why.empty()) upgrade_.tell(0, why);
    return answer;
}

// Who supervises us must follow the process that serves: systemd does, by MAINPID.
void DaemonProcess::reload() {
    if (!service_.is_told()) {
        log_.warn(
            "HUP does nothing here: nobody would be told which process goes on; say conduitctl "
            "upgrade, or restart the process");
        return;
    }
    (void)start_newcomer();
}

std::string DaemonProcess::start_newcomer() {
    host_->on_end([this](int pid, const std::string& why) { upgrade_.tell(pid, why); });
    return upgrade_.start([this](int fd) { host_->take_socket(fd); });
}

// ---- the process that is to have it

std::optional<int> DaemonProcess::begin_takeover() {
    auto request = takeover_socket_.is_open() ? use_socket(std::move(takeover_socket_))
                                              : ask_holder(config_.control.path);
    if (!request.has_holder) {
        log_.info("nobody serves under this name: there is nothing to take over, starting");
        return std::nullopt;
    }
    if (!request.refusal.empty()) {
        log_.error("this process cannot take over", {{"reason", request.refusal}});
        return static_cast<int>(ExitCode::try_again_later);
    }
    newcomer_ = std::make_unique<Newcomer>(context_, config_, std::move(request.socket), log_sink_,
                                           newcomer_events());
    return std::nullopt;
}

NewcomerEvents DaemonProcess::newcomer_events() {
    return {[this](const TakeoverStock& stock) { start_as_newcomer(stock); },
            [this](const TakeoverStock& stock) {
                worker_loop_->use([&stock](Worker& worker, TimePoint now) {
                    worker.on_holder_ready({stock.home, stock.guests}, now);
                });
            },
            [this](TakeoverRelease release, std::vector<Descriptor> descriptors) {
                return take(std::move(release), std::move(descriptors));
            },
            [this] { on_taken(); },
            [this](const LateFrame& late) {
                worker_loop_->use([&](Worker& worker, TimePoint) {
                    if (worker.take_late(late.id, late.received_at) == Freshness::fresh) {
                        frames_.forward(late.frame, late.id, late.received_at);
                    }
                });
            },
            [this] { service_.watch(); },
            [this] { on_holder_died(); },
            [this] { leave_when_done(); },
            [this] { drain(); },
            [this](const std::string& why) {
                log_.error("the take-over came to nothing: the process that runs goes on",
                           {{"reason", why}});
                ending_.on_worker_stopped(ExitCode::try_again_later, why);
                context_.stop();
            }};
}

void DaemonProcess::start_as_newcomer(const TakeoverStock& stock) {
    auto opening = SideSegment::make(context_, config_, log_sink_);
    if (!opening.side) {
        (void)newcomer_->give_up("there is no place for what comes meanwhile: " + opening.reason);
        return;
    }
    side_ = std::move(opening.side);
    frames_.lead_to(*side_);
    auto options = worker_options(
        config_, config_.twitch.access_token.empty() ? credentials_.load_token() : std::string());
    options.remembered_conduits = conduit_files_.load();
    options.conduit.id = stock.conduit_id;
    options.take_over = TakenOver{stock.home, stock.guests};
    make_worker(std::move(options));
    worker_loop_->start();
}

bool DaemonProcess::take(TakeoverRelease release, std::vector<Descriptor> descriptors) {
    frames_.hold();
    auto next = descriptors.begin();
    const auto take_next = [&](bool is_there) {
        return is_there && next != descriptors.end() ? std::move(*next++) : Descriptor();
    };
    const auto output = take_next(release.has_stdout);
    DataInheritance inheritance{std::move(release.resume), take_next(release.has_listener),
                                release.sink_path};
    auto control = take_next(release.has_control);
    if (release.control_path == config_.control.path) inherited_control_ = std::move(control);
    if (output.is_open() && ::dup2(output.number(), STDOUT_FILENO) < 0) return false;
    return !open_data(std::move(inheritance));
}

void DaemonProcess::on_taken() {
    if (const auto last = last_bound_->load()) {
        const auto spooled_at = data_->before().last_received_at;
        holder_proven_at_ = gap_since(*last, spooled_at, monotonic_now(), wall_now()).since;
    }
    control_ = open_control_socket(context_, config_.control.path, routes(), log_sink_,
                                   inherited_control_.release());
    http_->listen();
    watch_load();
    earlier_ids_->load([this](const IdDigest& id,
                              TimePoint received_at) { worker_loop_->remember(id, received_at); },
                       [] {});
    side_->append_to(*data_, [this](const SideSegment::Appended&) {
        frames_.lead_to(*data_);
        last_bound_->start();
    });
}

// What Twitch had sent to its session, and is in nobody's hands.
void DaemonProcess::on_holder_died() {
    holder_lost_since_ = holder_proven_at_;
    tell_holder_gap();
}

// As soon as there is an end of it: the shards are claimed.
void DaemonProcess::tell_holder_gap() {
    const auto& worker = worker_loop_->worker();
    if (!holder_lost_since_ || !worker.has_taken_over() || worker.home().empty()) return;
    const auto now = monotonic_now();
    data_->report_gap({GapReason::process_died, *std::exchange(holder_lost_since_, std::nullopt),
                       newcomer_->claimed_at().value_or(now), worker.home()},
                      now);
}

void DaemonProcess::on_worker_turned() {
    tell_holder_gap();
    if (newcomer_ && !newcomer_->is_done() && worker_loop_->worker().has_taken_over()) {
        newcomer_->on_ready_to_claim();  // where there was nothing to claim
        newcomer_->on_all_claimed();
    }
    if (host_) host_->look();
}

}  // namespace conduitd
