#include "io/clock.hpp"
#include "io/unix_sink.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <utility>

namespace conduitd {
namespace {

std::string uid_of(const std::optional<Peer>& peer) {
    return peer ? std::to_string(peer->uid) : "unknown";
}
std::string pid_of(const std::optional<Peer>& peer) {
    return peer ? std::to_string(peer->pid) : "unknown";
}

// Nothing waits for it: there is room for a line in a socket that is new. Closed with something
// unread in it, the socket would be reset, so what the peer has said already is taken.
void send_away(UnixSocket& socket, std::string_view line) {
    (void)::send(socket.native_handle(), line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    ErrorCode ignored;
    socket.shutdown(UnixSocket::shutdown_send, ignored);
    std::array<char, 4096> said;
    (void)::recv(socket.native_handle(), said.data(), said.size(), MSG_DONTWAIT);
}

}  // namespace

void UnixSink::serve(UnixSocket socket) {
    if (!hub_.has_room()) {
        log_.warn("too many connections at once: the newest is closed", {{"path", options_.path}});
        send_away(socket, hub_.no_room_line());
        return;
    }
    const auto key = hub_.on_connect(monotonic_now());
    const auto [at, is_added] = served_.try_emplace(key, context_, feed_, [this, key] {
        served_.at(key).connection->wake();
        settle();
    });
    Served& served = at->second;
    served.peer = peer_of(socket);
    Owner& owner = *this;
    served.connection = std::make_shared<ConsumerConnection>(owner, key, std::move(socket));
    strangers_.insert(key);
    if (!is_allowed(served.peer)) {
        hub_.refuse(key,
                    fmt::format("user {} is not one of sink.unix.allow_uids", uid_of(served.peer)));
    }
    served.connection->start();
    settle();
}

bool UnixSink::is_allowed(const std::optional<Peer>& peer) const {
    if (options_.allow_uids.empty()) return true;
    return peer && std::ranges::count(options_.allow_uids, peer->uid) > 0;
}

// What the hub asks for is done, and who has become somebody is served.
void UnixSink::settle() {
    if (has_ended_) return;
    perform_all();
    for (auto key = strangers_.begin(); key != strangers_.end();) {
        const Consumer* const consumer = hub_.find(*key);
        if (consumer == nullptr) {
            ++key;
            continue;
        }
        introduce(*key, *consumer);
        key = strangers_.erase(key);
    }
    perform_all();
    wait_for_deadline();
}

void UnixSink::introduce(ConnectionKey key, const Consumer& consumer) {
    Served& served = served_.at(key);
    served.name = consumer.name();
    log_.info("consumer connected", {{"consumer", served.name},
                                     {"kind", name_of(consumer.kind())},
                                     {"cursor", consumer.cursor()},
                                     {"uid", uid_of(served.peer)},
                                     {"pid", pid_of(served.peer)}});
    if (consumer.kind() == ConsumerKind::reading) served.connection->count_reads();
    served.connection->wake();
}

void UnixSink::perform_all() {
    while (const auto action = hub_.next_action()) {
        std::visit([this](const auto& one) { perform(one); }, *action);
    }
}

void UnixSink::perform(const AttachConsumer& action) {
    consumers_.attach(action.name, action.acked_if_new,
                      [this, action, alive = std::weak_ptr(alive_)](const auto& cursor) {
                          if (alive.expired() || has_ended_) return;
                          hub_.on_attached(action, cursor, feed_.visible_end());
                          settle();
                      });
}

void UnixSink::perform(const SaveCursor& action) {
    consumers_.save(action.name, action.acked);
    tell_progress();
}

void UnixSink::perform(const DetachConsumer& action) {
    consumers_.detach(action.name);
}

void UnixSink::perform(const EndConnection& action) {
    Served& served = served_.at(action.key);
    log_.info("consumer sent away", {{"consumer", served.name},
                                     {"reason", action.why},
                                     {"uid", uid_of(served.peer)},
                                     {"pid", pid_of(served.peer)}});
    strangers_.erase(action.key);
    served.connection->finish();
    tell_progress();
}

void UnixSink::wait_for_deadline() {
    const auto at = hub_.deadline();
    if (std::exchange(timer_at_, at) == at) return;
    if (at == never) {
        timer_.cancel();
        return;
    }
    timer_.expires_after(std::chrono::duration_cast<std::chrono::steady_clock::duration>(
        std::max(at - monotonic_now(), Duration::zero())));
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const ErrorCode& error) {
        if (!error && !alive.expired() && !has_ended_) on_deadline();
    });
}

// A hello that came in time counts, though it may not have been read yet.
void UnixSink::on_deadline() {
    timer_at_ = never;
    for (const auto key : strangers_) {
        auto& connection = *served_.at(key).connection;
        connection.take_input();
        if (connection.is_mid_line()) hub_.on_line_begun(key);
    }
    hub_.on_deadline(monotonic_now(), feed_.visible_end());
    settle();
}

// At the next turn of the loop: who is told may end the sink.
void UnixSink::tell_progress() {
    if (std::exchange(is_progress_posted_, true)) return;
    asio::post(context_, [this, alive = std::weak_ptr(alive_)] {
        if (alive.expired()) return;
        is_progress_posted_ = false;
        if (!has_ended_) events_.progressed();
    });
}

void UnixSink::on_line(ConnectionKey key, std::string_view line) {
    hub_.on_line(key, line, feed_.visible_end());
}

void UnixSink::on_input_end(ConnectionKey key) {
    hub_.on_input_end(key, feed_.visible_end());
}

std::string UnixSink::next_lines(ConnectionKey key, std::string buffer) {
    if (Consumer* const consumer = hub_.find(key)) {
        const auto before = consumer->records_sent();
        served_.at(key).reader.fill(*consumer);
        lines_written_ += consumer->records_sent() - before;
        hub_.on_fed(key);
    }
    return hub_.take_lines(key, std::move(buffer));
}

void UnixSink::on_read(ConnectionKey key, std::uint64_t bytes) {
    hub_.on_read(key, bytes);
}

void UnixSink::on_pause(ConnectionKey) {
    settle();
}

void UnixSink::on_gone(ConnectionKey key) {
    const auto found = served_.find(key);
    if (const Consumer* const consumer = hub_.find(key)) {
        log_.info("consumer disconnected", {{"consumer", found->second.name},
                                            {"cursor", consumer->cursor()},
                                            {"uid", uid_of(found->second.peer)},
                                            {"pid", pid_of(found->second.peer)}});
    }
    hub_.on_end(key);
    strangers_.erase(key);
    served_.erase(found);
    if (dialer_) dialer_->on_lost();
    tell_progress();
    settle();
}

}  // namespace conduitd
