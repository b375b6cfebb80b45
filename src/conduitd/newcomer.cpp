#include "conduitd/newcomer.hpp"

#include "io/clock.hpp"
#include "io/posix_file_system.hpp"
#include "io/unix_http_client.hpp"

#include <boost/json.hpp>

#include <fcntl.h>
#include <sys/socket.h>
#include <utility>

namespace conduitd {
namespace {

// A process that dies gives up its lock a moment after its connections.
constexpr std::chrono::milliseconds lock_retry{10};
constexpr std::chrono::seconds lock_patience{2};
constexpr std::chrono::seconds answer_max{5};

std::string error_in(const std::string& body) {
    ErrorCode error;
    const auto value = boost::json::parse(body, error);
    if (error || !value.is_object()) return {};
    const auto* const text = value.get_object().if_contains("error");
    return text != nullptr && text->is_string() ? std::string(text->get_string()) : "";
}

}  // namespace

LockLook look_at_lock(const std::string& dir) {
    auto files = PosixFileSystem::open(dir);
    if (!files) return {};
    auto answer = (*files)->lock("lock");
    return {answer.lock != nullptr, std::move(answer.holder)};
}

TakeoverRequest ask_holder(const std::string& control_path) {
    namespace errc = boost::system::errc;
    if (control_path.empty()) {
        return {Descriptor(), true,
                "control.path is empty: there is no way to the process that is to be "
                "taken over from"};
    }
    auto answer = ask_unix_socket(control_path, "POST", "/take-over", answer_max);
    if (!answer) {
        const auto error = answer.error();
        const bool is_nobody =
            error == errc::connection_refused || error == errc::no_such_file_or_directory;
        if (is_nobody) return {Descriptor(), false, {}};
        return {Descriptor(), true, control_path + ": " + error.message()};
    }
    if (answer->socket.is_open()) return {std::move(answer->socket), true, {}};
    if (answer->status == 404 || answer->status == 405) {
        return {Descriptor(), true,
                "the conduitd that runs is too old for a take-over: restart it instead"};
    }
    return {Descriptor(), true, error_in(answer->body)};
}

TakeoverRequest use_socket(Descriptor socket) {
    int domain = 0;
    socklen_t size = sizeof domain;
    const bool is_ours =
        ::getsockopt(socket.number(), SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
        domain == AF_UNIX && ::fcntl(socket.number(), F_SETFD, FD_CLOEXEC) == 0;
    if (is_ours) return {std::move(socket), true, {}};
    (void)socket.release();  // whatever it is
    return {Descriptor(), true,
            "--take-over has the number of what is no Unix socket: give it without a value"};
}

Newcomer::Newcomer(asio::io_context& context, const Config& config, Descriptor socket,
                   LogSink& log_sink, NewcomerEvents events)
    : config_(config),
      log_(log_sink, "takeover"),
      events_(std::move(events)),
      machine_(monotonic_now()),
      timer_(context.get_executor()),
      lock_timer_(context.get_executor()) {
    channel_ =
        PeerChannel::make(context, std::move(socket),
                          {[this](PeerChannel::Message message) { on_message(std::move(message)); },
                           [this](const std::string& why) { on_holder_gone(why); }});
    say(TakeoverWord::hello, to_text(greeting_of(config)));
    arm_timer();
}

void Newcomer::on_holder_gone(const std::string& why) {
    is_holder_gone_ = true;
    if (is_done()) {
        events_.announced();
        if (!has_all_late_) events_.holder_died();
        return events_.all_late();
    }
    machine_.on_holder_gone("the process that is to be taken over from is gone: " + why,
                            monotonic_now());
    perform_all();
}

void Newcomer::on_message(PeerChannel::Message message) {
    const auto now = monotonic_now();
    switch (static_cast<TakeoverWord>(message.kind)) {
        case TakeoverWord::refused:
            machine_.on_holder_gone(message.payload, now);
            break;
        case TakeoverWord::accepted:
            if (const auto stock = parse_stock(message.payload)) stock_ = *stock;
            machine_.on_accepted(now);
            break;
        case TakeoverWord::go:
            if (const auto stock = parse_stock(message.payload)) stock_ = *stock;
            machine_.on_go(now);
            break;
        case TakeoverWord::released:
            if (auto release = parse_release(message.payload)) release_ = std::move(*release);
            descriptors_ = std::move(message.descriptors);
            machine_.on_released(now);
            break;
        case TakeoverWord::late:
            if (const auto late = parse_late(message.payload)) events_.late(*late);
            return;
        case TakeoverWord::announced:
            return events_.announced();
        case TakeoverWord::done:
            has_all_late_ = true;
            return;
        case TakeoverWord::stop:
            return events_.stop();
        default:
            machine_.on_holder_gone("it says what is not understood here", now);
    }
    perform_all();
}

void Newcomer::on_ready_to_claim() {
    machine_.on_ready_to_claim(monotonic_now());
    perform_all();
}

void Newcomer::on_all_claimed() {
    if (!claimed_at_) claimed_at_ = monotonic_now();
    machine_.on_all_claimed(monotonic_now());
    perform_all();
}

bool Newcomer::give_up(const std::string& why) {
    if (is_done()) return false;
    machine_.on_stopped(why, monotonic_now());
    perform_all();
    return true;
}

void Newcomer::perform_all() {
    if (std::exchange(is_performing_, true)) return;
    while (const auto action = machine_.next_action()) perform(*action);
    is_performing_ = false;
    arm_timer();
}

void Newcomer::arm_timer() {
    if (machine_.deadline() == never) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        machine_.deadline() - monotonic_now()));
    timer_.async_wait([this](const ErrorCode& error) {
        if (error) return;
        machine_.on_deadline(monotonic_now());
        perform_all();
    });
}

void Newcomer::perform(NewcomerAction action) {
    switch (action) {
        case NewcomerAction::start_worker:
            return events_.start(stock_);
        case NewcomerAction::say_welcomed:
            return say(TakeoverWord::welcomed);
        case NewcomerAction::claim:
            return events_.claim(stock_);
        case NewcomerAction::say_claimed:
            return say(TakeoverWord::claimed);
        case NewcomerAction::take_lock:
            lock_by_ = monotonic_now() + lock_patience;
            return take_lock();
        case NewcomerAction::say_locked:
            say(TakeoverWord::locked);
            events_.taken();
            if (!is_holder_gone_) return;
            events_.announced();
            return events_.holder_died();
        case NewcomerAction::fail:
            say(TakeoverWord::refused, machine_.reason());
            return events_.failed(machine_.reason());
    }
}

void Newcomer::take_lock() {
    if (!look_at_lock(config_.spool.dir).is_free) {
        if (monotonic_now() >= lock_by_) {
            machine_.on_lock_refused(monotonic_now());
            return perform_all();
        }
        lock_timer_.expires_after(lock_retry);
        lock_timer_.async_wait([this](const ErrorCode& error) {
            if (!error) take_lock();
        });
        return;
    }
    if (events_.take(std::move(release_), std::move(descriptors_))) {
        machine_.on_locked(monotonic_now());
    } else {
        machine_.on_lock_refused(monotonic_now());
    }
    perform_all();
}

void Newcomer::say(TakeoverWord word, std::string_view text) {
    channel_->send(static_cast<std::uint8_t>(word), text);
}

}  // namespace conduitd
