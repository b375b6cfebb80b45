#include "io/unix_sink.hpp"

#include "sink/cursor_refusal.hpp"

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
            .cursors_max = feed.spool().consumers_max(),
            .format = options_.format,
            .window = options_.window,
            .spool_uuid = to_uuid(feed.spool().id())},
           origin),
      timer_(context.get_executor()) {}

UnixSink::~UnixSink() {
    for (auto& [key, served] : served_) served.connection->cut();
}

ErrorCode UnixSink::listen() {
    auto listener = options_.listener >= 0
                        ? UnixListener::adopt(options_.path, options_.listener, options_.access)
                    : UnixAddress::is_abstract(options_.path)
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
        consumers_.attach(
            name, std::nullopt,
            [name, log = log_, names_max = feed_.spool().consumers_max()](const auto& cursor) {
                if (cursor) return;
                log.error("a consumer has no cursor yet: it gets one when it comes",
                          {{"consumer", name},
                           {"reason", describe_cursor_refusal(cursor.error(), names_max)}});
            });
        consumers_.detach(name);
    }
}

void UnixSink::wake() {
    for (auto& [key, served] : served_) served.connection->wake();
    settle();
}

void UnixSink::tell(std::string_view line) {
    hub_.tell_all(line);
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

SinkHandover UnixSink::hand_over() {
    SinkHandover handover;
    // Who connects meanwhile waits for the other process.
    if (acceptor_) handover.listener = Descriptor(acceptor_->release());
    handover.end = end();
    return handover;
}

SinkEnd UnixSink::end() {
    if (std::exchange(has_ended_, true)) return {};
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
    return {};
}

std::vector<ConnectedConsumer> UnixSink::connected() const {
    std::vector<ConnectedConsumer> all;
    for (const auto& [key, served] : served_) {
        const Consumer* const consumer = hub_.find(key);
        if (consumer == nullptr) continue;
        const auto position = consumer->position();
        auto dropped = consumer->records_dropped();
        // What memory has no more, it will not get either.
        if (consumer->kind() == ConsumerKind::tail) {
            dropped += feed_.first_in_memory(position) - position;
        }
        all.push_back({consumer->name(), consumer->kind(), served.peer, position,
                       consumer->cursor(), consumer->records_in_flight(), consumer->records_sent(),
                       dropped});
    }
    return all;
}

}  // namespace conduitd
