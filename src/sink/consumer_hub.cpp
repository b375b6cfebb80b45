#include "sink/consumer_hub.hpp"

#include "sink/consumer_line.hpp"
#include "sink/cursor_refusal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace conduitd {

ConsumerHub::ConsumerHub(ConsumerHubOptions options, const LineOrigin& origin)
    : options_(std::move(options)), origin_(origin) {}

bool ConsumerHub::has_room() const {
    return connections_.size() < options_.consumers_max + options_.strangers_max;
}

std::string ConsumerHub::no_room_line() const {
    std::string line;
    append_error_line(
        line, origin_,
        fmt::format("{} connections are open, and more are not allowed: "
                    "sink.unix.max_consumers ({}), and {} that have not said yet who "
                    "they are, or are told to go",
                    connections_.size(), options_.consumers_max, options_.strangers_max));
    return line;
}

ConnectionKey ConsumerHub::on_connect(TimePoint now) {
    const auto key = next_key_++;
    connections_[key].greet_by = now + options_.greeting_max;
    return key;
}

void ConsumerHub::refuse(ConnectionKey key, std::string_view why) {
    const auto found = connections_.find(key);
    if (found == connections_.end() || found->second.state == State::ending) return;
    refuse(key, found->second, why);
}

void ConsumerHub::on_line(ConnectionKey key, std::string_view line, std::uint64_t next) {
    const auto found = connections_.find(key);
    if (found == connections_.end() || found->second.state == State::ending) return;
    Connection& connection = found->second;
    const auto request = parse_consumer_request(line);
    if (const auto* const bad = std::get_if<BadRequest>(&request)) {
        refuse(key, connection, bad->why);
    } else if (const auto* const hello = std::get_if<Hello>(&request)) {
        on_hello(key, connection, *hello, next);
    } else {
        on_ack(key, connection, std::get<Ack>(request).sequence);
    }
}

void ConsumerHub::on_line_begun(ConnectionKey key) {
    const auto found = connections_.find(key);
    if (found == connections_.end() || found->second.state != State::greeting) return;
    if (std::exchange(found->second.has_begun_line, true)) return;
    found->second.greet_by += options_.first_line_max;
}

void ConsumerHub::on_hello(ConnectionKey key, Connection& connection, const Hello& hello,
                           std::uint64_t next) {
    if (connection.state != State::greeting) {
        refuse(key, connection, "hello is the first line, and comes within 500 ms");
        return;
    }
    if (hello.after && *hello.after >= next) {
        refuse(key, connection,
               fmt::format("after {} is not below {}, the next seq: is it of another spool?",
                           *hello.after, next));
        return;
    }
    connection.hello = hello;
    connection.has_said_hello = true;
    greet(key, connection, next);
}

void ConsumerHub::on_ack(ConnectionKey key, Connection& connection, std::uint64_t sequence) {
    if (connection.state == State::attaching && connection.hello.wants_acks) {
        connection.early_ack = std::max(connection.early_ack, sequence);
        return;
    }
    if (!connection.consumer) {
        refuse(key, connection, "an ack comes after a hello that asks for acks");
        return;
    }
    const auto complaint = connection.consumer->on_ack(sequence);
    save_cursor(connection);
    if (!complaint.empty()) refuse(key, connection, complaint);
}

void ConsumerHub::on_input_end(ConnectionKey key, std::uint64_t next) {
    const auto found = connections_.find(key);
    if (found == connections_.end() || found->second.state != State::greeting) return;
    greet(key, found->second, next);
}

// It has said who it is, or has not.
void ConsumerHub::greet(ConnectionKey key, Connection& connection, std::uint64_t next) {
    const Hello& hello = connection.hello;
    const bool is_unnamed = hello.consumer.empty();
    const bool is_tail = hello.is_tail || (is_unnamed && is_taken(default_consumer));
    std::string name;
    if (!is_tail) name = is_unnamed ? default_consumer : hello.consumer;
    if (is_one_too_many(name)) {
        refuse(key, connection,
               fmt::format("{} consumers are connected, and more are not allowed "
                           "(sink.unix.max_consumers)",
                           options_.consumers_max));
        return;
    }
    if (is_tail) {
        stream(connection, ConsumerKind::tail, next - 1, next);
        return;
    }
    replace(name);
    connection.name = name;
    connection.state = State::attaching;
    auto acked_if_new = hello.after;
    if (!acked_if_new && hello.start_at == StartAt::newest) acked_if_new = next - 1;
    act(AttachConsumer{key, connection.name, acked_if_new});
}

void ConsumerHub::on_attached(const AttachConsumer& asked, const Result<std::uint64_t>& cursor,
                              std::uint64_t next) {
    const auto found = connections_.find(asked.key);
    const bool is_awaited = found != connections_.end() && found->second.state == State::attaching;
    if (is_awaited && !cursor) {
        found->second.name.clear();  // it holds none
        refuse(asked.key, found->second,
               "there is no cursor for it: " +
                   describe_cursor_refusal(cursor.error(), options_.cursors_max));
    }
    if (!is_awaited || !cursor) {
        // Also where the answer is no: one that it replaced may have been answered before, and left
        // the cursor to it.
        if (!is_taken(asked.name)) act(DetachConsumer{asked.name});
        return;
    }
    Connection& connection = found->second;
    const auto after = connection.hello.after.value_or(0);
    connection.saved = *cursor;
    stream(connection, connection.hello.wants_acks ? ConsumerKind::acking : ConsumerKind::reading,
           std::max(*cursor, after), next);
    save_cursor(connection);
    if (connection.early_ack > 0) on_ack(asked.key, connection, connection.early_ack);
}

void ConsumerHub::stream(Connection& connection, ConsumerKind kind, std::uint64_t cursor,
                         std::uint64_t next) {
    connection.state = State::streaming;
    // Raw lines have no seq that could be acked.
    const auto format = kind == ConsumerKind::acking ? LineFormat::annotated : options_.format;
    connection.consumer.emplace(ConsumerOptions{.kind = kind,
                                                .name = connection.name,
                                                .cursor = cursor,
                                                .format = connection.hello.format.value_or(format),
                                                .types = std::move(connection.hello.types),
                                                .window = options_.window},
                                origin_);
    if (connection.has_said_hello) {
        append_hello_line(connection.consumer->lines(), options_.spool_uuid, next);
    }
}

// The connection that has this name now makes way.
void ConsumerHub::replace(const std::string& name) {
    for (auto& [key, connection] : connections_) {
        if (connection.name != name || connection.state == State::ending) continue;
        end(key, connection, "replaced by a newer connection");
        append_replaced_line(last_lines(connection), origin_, name);
    }
}

void ConsumerHub::refuse(ConnectionKey key, Connection& connection, std::string_view why) {
    end(key, connection, why);
    append_error_line(last_lines(connection), origin_, why);
}

// What it has not acked is the next one's, who asks for it now or later.
void ConsumerHub::end(ConnectionKey key, Connection& connection, std::string_view why) {
    if (!std::exchange(connection.name, {}).empty() && connection.consumer) {
        save_cursor(connection);
        act(DetachConsumer{connection.consumer->name()});
    }
    connection.state = State::ending;
    last_lines(connection).clear();
    act(EndConnection{key, std::string(why)});
}

std::string& ConsumerHub::last_lines(Connection& connection) {
    return connection.consumer ? connection.consumer->lines() : connection.last_lines;
}

void ConsumerHub::on_end(ConnectionKey key) {
    const auto found = connections_.find(key);
    if (found == connections_.end()) return;
    Connection& connection = found->second;
    if (connection.state == State::streaming && !connection.name.empty()) {
        save_cursor(connection);
        act(DetachConsumer{connection.name});
    }
    connections_.erase(found);
}

void ConsumerHub::on_fed(ConnectionKey key) {
    if (find(key) != nullptr) save_cursor(connections_.at(key));
}

void ConsumerHub::on_read(ConnectionKey key, std::uint64_t bytes) {
    if (Consumer* const consumer = find(key)) {
        consumer->on_read(bytes);
        save_cursor(connections_.at(key));
    }
}

void ConsumerHub::tell_all(std::string_view line) {
    for (auto& [key, connection] : connections_) {
        if (connection.state != State::streaming) continue;
        auto& lines = connection.consumer->lines();
        if (lines.size() < Consumer::lines_bytes_max) lines += line;
    }
}

void ConsumerHub::save_cursor(Connection& connection) {
    if (!connection.consumer || connection.consumer->kind() == ConsumerKind::tail) return;
    const auto cursor = connection.consumer->cursor();
    if (cursor <= connection.saved) return;
    connection.saved = cursor;
    act(SaveCursor{connection.consumer->name(), cursor});
}

TimePoint ConsumerHub::deadline() const {
    TimePoint at = never;
    for (const auto& [key, connection] : connections_) {
        if (connection.state == State::greeting) at = std::min(at, connection.greet_by);
    }
    return at;
}

void ConsumerHub::on_deadline(TimePoint now, std::uint64_t next) {
    for (auto& [key, connection] : connections_) {
        if (connection.state != State::greeting || connection.greet_by > now) continue;
        if (connection.has_begun_line) {
            refuse(key, connection, "the first line has no end");
        } else {
            greet(key, connection, next);
        }
    }
}

std::optional<HubAction> ConsumerHub::next_action() {
    if (actions_.empty()) return std::nullopt;
    HubAction action = std::move(actions_.front());
    actions_.pop_front();
    return action;
}

Consumer* ConsumerHub::find(ConnectionKey key) {
    return const_cast<Consumer*>(std::as_const(*this).find(key));
}

const Consumer* ConsumerHub::find(ConnectionKey key) const {
    const auto found = connections_.find(key);
    if (found == connections_.end() || found->second.state != State::streaming) return nullptr;
    return &*found->second.consumer;
}

std::string ConsumerHub::take_lines(ConnectionKey key, std::string buffer) {
    buffer.clear();
    const auto found = connections_.find(key);
    if (found == connections_.end()) return buffer;
    Connection& connection = found->second;
    if (connection.consumer) return connection.consumer->take_lines(std::move(buffer));
    return std::exchange(connection.last_lines, std::move(buffer));
}

bool ConsumerHub::is_taken(std::string_view name) const {
    return std::ranges::any_of(connections_, [&](const auto& entry) {
        return entry.second.name == name && entry.second.state != State::ending;
    });
}

// Without a name: a tail. Who takes a name over takes the place of the one that has it.
bool ConsumerHub::is_one_too_many(std::string_view name) const {
    if (!name.empty() && is_taken(name)) return false;
    const auto consumers = std::ranges::count_if(connections_, [](const auto& entry) {
        return entry.second.state == State::attaching || entry.second.state == State::streaming;
    });
    return static_cast<std::size_t>(consumers) >= options_.consumers_max;
}

}  // namespace conduitd
