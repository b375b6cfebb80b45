#include "conduitd/takeover_host.hpp"

#include "io/clock.hpp"
#include "sink/gap_line.hpp"
#include "worker/worker.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace conduitd {
namespace {

// Who connects and says nothing is not waited for.
constexpr std::chrono::seconds hello_max{5};
constexpr std::chrono::seconds farewell_max{2};

WallTime wall_time_of(TimePoint at) {
    return wall_now() - (monotonic_now() - at);
}

}  // namespace

TakeoverHost::TakeoverHost(asio::io_context& context, const Config& config,
                           std::function<WorkerLoop&()> loop, LogSink& log_sink,
                           TakeoverHostEvents events)
    : context_(context),
      config_(config),
      loop_(std::move(loop)),
      log_(log_sink, "takeover"),
      events_(std::move(events)),
      timer_(context.get_executor()) {}

void TakeoverHost::take_socket(int fd) {
    Descriptor socket(fd);
    const PeerChannel::Events events{
        [this](PeerChannel::Message message) { on_message(std::move(message)); },
        [this](const std::string& why) {
            machine_.on_gone(why, monotonic_now());
            perform_all();
            if (machine_.is_idle() || has_left()) drop_channel();
        }};
    if (channel_) {
        const auto busy =
            PeerChannel::make(context_, std::move(socket), {[](auto) {}, [](auto&) {}});
        busy->send(static_cast<std::uint8_t>(TakeoverWord::refused),
                   "another process is taking over already");
        return;
    }
    channel_ = PeerChannel::make(context_, std::move(socket), events);
    timer_.expires_after(hello_max);
    timer_.async_wait([this](const ErrorCode& error) {
        if (!error && machine_.is_idle()) drop_channel();
    });
}

void TakeoverHost::on_message(PeerChannel::Message message) {
    const auto now = monotonic_now();
    switch (static_cast<TakeoverWord>(message.kind)) {
        case TakeoverWord::hello:
            on_hello(message.payload);
            break;
        case TakeoverWord::welcomed:
            machine_.on_welcomed(now);
            break;
        case TakeoverWord::claimed:
            machine_.on_claimed(now);
            break;
        case TakeoverWord::locked:
            machine_.on_locked(now);
            break;
        case TakeoverWord::refused:
            machine_.on_gone(message.payload, now);
            break;
        default:
            machine_.on_gone("it says what is not understood here", now);
    }
    perform_all();
    if (machine_.is_idle()) drop_channel();
}

void TakeoverHost::on_hello(const std::string& text) {
    const auto greeting = parse_greeting(text);
    if (!greeting || !machine_.is_idle()) return refuse("it does not introduce itself");
    newcomer_ = *greeting;
    const auto obstacle = find_obstacle(greeting_of(config_), newcomer_);
    if (!obstacle.empty()) return refuse(obstacle);
    const auto state = loop_().worker().state();
    if (state < WorkerState::standby || state == WorkerState::seeking ||
        state >= WorkerState::offering) {
        return refuse(std::string("the worker is ") + std::string(name_of(state)) +
                      ": try again once it is ready");
    }
    began_at_ = monotonic_now();
    log_.info("another process asks to take over",
              {{"pid", newcomer_.pid}, {"version", newcomer_.version}});
    machine_.on_asked(began_at_);
    is_begun_ = true;
    events_.began();
    say(TakeoverWord::accepted, to_text(stock()));
}

void TakeoverHost::refuse(const std::string& why) {
    log_.warn("take-over refused", {{"pid", newcomer_.pid}, {"reason", why}});
    say(TakeoverWord::refused, why);
    drop_channel();
    tell(0, why);
}

TakeoverStock TakeoverHost::stock() const {
    const auto& worker = loop_().worker();
    return {worker.conduit_id(), worker.home(), worker.guests()};
}

void TakeoverHost::look() {
    if (!machine_.is_idle()) perform_all();
}

bool TakeoverHost::may_stop() {
    if (machine_.is_idle()) return true;
    if (!machine_.may_stop()) {
        is_stop_wanted_ = true;
        if (has_left()) say(TakeoverWord::stop);
        return false;
    }
    machine_.on_stop(monotonic_now());
    perform_all();
    return true;
}

void TakeoverHost::perform_all() {
    if (is_performing_) return;
    is_performing_ = true;
    const auto& worker = loop_().worker();
    const auto now = monotonic_now();
    machine_.on_deadline(now);
    machine_.look({worker.may_offer(), worker.is_offer_in_doubt(), worker.last_data_at()}, now);
    while (const auto action = machine_.next_action()) perform(*action);
    is_performing_ = false;
    arm_timer();
    if (machine_.is_idle() && std::exchange(is_begun_, false))
        events_.stayed(machine_.lost_since());
    if (machine_.is_idle() && std::exchange(is_stop_wanted_, false)) events_.stop();
}

// Not from inside of its own call.
void TakeoverHost::drop_channel() {
    if (!channel_) return;
    channel_->close();
    asio::post(context_, [old = std::shared_ptr<PeerChannel>(std::move(channel_))] {});
}

void TakeoverHost::arm_timer() {
    if (machine_.deadline() == never) {
        const bool is_awaiting_hello = channel_ && machine_.is_idle();
        if (!is_awaiting_hello) timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        machine_.deadline() - monotonic_now()));
    timer_.async_wait([this](const ErrorCode& error) {
        if (!error) perform_all();
    });
}

void TakeoverHost::perform(HolderAction action) {
    switch (action) {
        case HolderAction::offer:
            return loop_().use([](Worker& worker, TimePoint now) { worker.offer(now); });
        case HolderAction::say_go:
            return say(TakeoverWord::go, to_text(stock()));
        case HolderAction::mark_taken:
            return loop_().use([](Worker& worker, TimePoint now) { worker.on_offer_taken(now); });
        case HolderAction::release: {
            const auto [release, descriptors] = events_.release();
            std::vector<int> numbers;
            for (const auto& descriptor : descriptors) numbers.push_back(descriptor.number());
            return say(TakeoverWord::released, to_text(release), numbers);
        }
        case HolderAction::retake:
            return machine_.on_retaken(events_.retake(), monotonic_now());
        case HolderAction::take_back:
            return loop_().use([since = machine_.lost_since()](Worker& worker, TimePoint now) {
                worker.take_back(since, now);
            });
        case HolderAction::leave:
            log_.info("another process has taken over",
                      {{"pid", newcomer_.pid},
                       {"version", newcomer_.version},
                       {"took_ms", to_milliseconds(monotonic_now() - began_at_)}});
            tell(newcomer_.pid, {});
            events_.left(newcomer_.pid);
            say(TakeoverWord::announced);
            if (is_stop_wanted_) say(TakeoverWord::stop);
            return loop_().use([](Worker& worker, TimePoint now) { worker.leave_offered(now); });
        case HolderAction::hang_up:
            log_.warn("the take-over came to nothing: going on as before",
                      {{"pid", newcomer_.pid}, {"reason", machine_.reason()}});
            if (channel_) say(TakeoverWord::refused, machine_.reason());
            drop_channel();
            return tell(0, machine_.reason());
    }
}

void TakeoverHost::finish() {
    say(TakeoverWord::done);
    if (channel_ && !channel_->flush(farewell_max)) {
        log_.error("the process that has taken over does not read: what came late is lost", {});
    }
}

// A connection that has ended takes nothing: whoever takes over from a process that had to go has
// what came in time.
void TakeoverHost::say(TakeoverWord word, std::string_view text,
                       const std::vector<int>& descriptors) {
    if (channel_) channel_->send(static_cast<std::uint8_t>(word), text, descriptors);
}

void TakeoverHost::tell(int pid, const std::string& why) {
    if (told_) std::exchange(told_, nullptr)(pid, why);
}

void TakeoverHost::forward(std::string_view frame, const IdDigest& id, TimePoint received_at) {
    if (!channel_) log_.error("a message came too late to be handed over: it is lost", {});
    say(TakeoverWord::late, to_text(LateFrame{id, received_at, frame}));
}

void TakeoverHost::report_gap(const Gap& gap, TimePoint now) {
    const auto until = gap.until ? std::optional(wall_time_of(*gap.until)) : std::nullopt;
    const auto shards = gap.shards.empty() ? config_.shard.text() : gap.shards.text();
    const auto frame = make_gap_frame(name_of(gap.reason), wall_time_of(gap.since), until, shards);
    forward(frame, {}, now);
}

}  // namespace conduitd
