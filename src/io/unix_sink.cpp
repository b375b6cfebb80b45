#include "io/unix_sink.hpp"

#include "io/clock.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace conduitd {
namespace {

std::string to_uuid(const SpoolId& id) {
    std::string out;
    for (std::size_t i = 0; i < id.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        fmt::format_to(std::back_inserter(out), "{:02x}", id[i]);
    }
    return out;
}

std::string_view name_of(ConsumerKind kind) {
    switch (kind) {
        case ConsumerKind::acking:
            return "acks";
        case ConsumerKind::reading:
            return "reads";
        case ConsumerKind::tail:
            return "tail";
    }
    return "";
}

std::string uid_of(const std::optional<Peer>& peer) {
    return peer ? std::to_string(peer->uid) : "unknown";
}
std::string pid_of(const std::optional<Peer>& peer) {
    return peer ? std::to_string(peer->pid) : "unknown";
}

}  // namespace

UnixSink::UnixSink(asio::io_context& context, Feed& feed, SpoolConsumers& consumers,
                   const LineOrigin& origin, UnixSinkOptions options, Log log, SinkEvents events)
    : context_(context),
      feed_(feed),
      consumers_(consumers),
      options_(std::move(options)),
      log_(log),
      events_(std::move(events)),
      hub_({.consumers_max = options_.consumers_max,
            .format = options_.format,
            .window = options_.window,
            .spool_uuid = to_uuid(feed.spool().id())},
           origin),
      timer_(context.get_executor()) {}

UnixSink::~UnixSink() {
    for (auto& [key, served] : served_) served.connection->cut();
}

ErrorCode UnixSink::listen() {
    auto listener = UnixAddress::is_abstract(options_.path)
                        ? UnixListener::open_abstract(std::string_view(options_.path).substr(1))
                        : UnixListener::open(options_.path, options_.access);
    if (!listener) return listener.error();
    acceptor_ = std::make_unique<UnixAcceptor>(
        context_.get_executor(), std::move(*listener),
        [this](UnixSocket socket) { serve(std::move(socket)); }, log_);
    return {};
}

void UnixSink::dial() {
    dialer_ = std::make_unique<UnixDialer>(
        context_.get_executor(), options_.path,
        [this](UnixSocket socket) { serve(std::move(socket)); }, log_, options_.dialer);
}

void UnixSink::declare(const std::vector<std::string>& names) {
    for (const auto& name : names) {
        consumers_.attach(name, std::nullopt, [name, log = log_](const auto& cursor) {
            if (cursor) return;
            log.error("a consumer has no cursor yet: it gets one when it comes",
                      {{"consumer", name}, {"reason", cursor.error().message()}});
        });
        consumers_.detach(name);
    }
}

void UnixSink::serve(UnixSocket socket) {
    if (!hub_.has_room()) {
        log_.warn("too many connections at once: the newest is closed", {{"path", options_.path}});
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

void UnixSink::wake() {
    for (auto& [key, served] : served_) served.connection->wake();
    settle();
}

// One that is slow, and so has no room, does not get it.
void UnixSink::tell(std::string_view line) {
    for (auto& [key, served] : served_) {
        Consumer* const consumer = hub_.find(key);
        if (consumer == nullptr || consumer->lines().size() >= Consumer::lines_bytes_max) continue;
        consumer->lines() += line;
    }
    wake();
}

// A live tail is not waited for.
bool UnixSink::is_caught_up() const {
    if (!strangers_.empty()) return false;
    return std::ranges::all_of(served_, [this](const auto& entry) {
        const Consumer* const consumer = hub_.find(entry.first);
        return consumer == nullptr || consumer->kind() == ConsumerKind::tail ||
               consumer->cursor() + 1 >= feed_.visible_end();
    });
}

Spool::Ending UnixSink::end() {
    if (std::exchange(has_ended_, true)) return Spool::Ending::well;
    acceptor_.reset();
    dialer_.reset();
    timer_.cancel();
    for (auto& [key, served] : served_) {
        served.connection->take_input();
        served.connection->look();
    }
    perform_all();
    for (auto& [key, served] : served_) {
        served.connection->cut();
        hub_.on_end(key);
    }
    perform_all();
    served_.clear();
    strangers_.clear();
    consumers_.flush();
    // A line that is cut off ends with its connection: nothing is joined to it.
    return Spool::Ending::well;
}

std::vector<ConnectedConsumer> UnixSink::connected() const {
    std::vector<ConnectedConsumer> all;
    for (const auto& [key, served] : served_) {
        const Consumer* const consumer = hub_.find(key);
        if (consumer == nullptr) continue;
        all.push_back({consumer->name(), consumer->kind(), served.peer, consumer->position(),
                       consumer->cursor(), consumer->records_in_flight(), consumer->records_sent(),
                       consumer->records_dropped()});
    }
    return all;
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
    for (const auto key : strangers_) served_.at(key).connection->take_input();
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
