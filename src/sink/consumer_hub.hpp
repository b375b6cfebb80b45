#pragma once

#include "base/error.hpp"
#include "base/time.hpp"
#include "sink/consumer.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace conduitd {

using ConnectionKey = std::uint32_t;

struct ConsumerHubOptions {
    std::size_t consumers_max = 64;
    // Connections beside those: who has not said yet who it is, and who is told to go.
    std::size_t strangers_max = 16;
    // Names that the spool keeps a cursor for, connected or not: its own limit, to be told.
    std::size_t cursors_max = 128;
    // Who says nothing for so long is the default consumer: a plain `nc -U` works.
    Duration greeting_max = std::chrono::milliseconds(500);
    // Who has begun a line by then is not silent, and gets so long to end it.
    Duration first_line_max = std::chrono::seconds(5);
    LineFormat format = LineFormat::annotated;
    AckWindowLimits window{};
    std::string spool_uuid{};
};

// The name of the consumer that gives none.
inline constexpr const char* default_consumer = "default";

// Asks the spool where the consumer's cursor stands: on_attached() is the answer, once each. One
// without a cursor gets it at `acked_if_new`; none means below the oldest record.
struct AttachConsumer {
    ConnectionKey key{};
    std::string name;
    std::optional<std::uint64_t> acked_if_new;
};
struct SaveCursor {
    std::string name;
    std::uint64_t acked = 0;
};
struct DetachConsumer {
    std::string name;
};
// Its last lines are to be written, and the connection closed. `why` is for the log.
struct EndConnection {
    ConnectionKey key{};
    std::string why;
};
using HubAction = std::variant<AttachConsumer, SaveCursor, DetachConsumer, EndConnection>;

// Who is connected, and as whom. Without I/O:
//
//              hello, silence          cursor known
//   greeting -----------------> attaching ---------> streaming
//      |  hello{tail}, or unnamed while the default consumer is taken  ^
//      +----------------------------------------------------------------+
//   any --bad or endless line, refused, replaced, too many--> ending --closed--> gone
//
// A connection under a name that is connected replaces the other one, so that a bot can be
// redeployed without a hole: the old one's cursor is saved before the new one asks for it. That
// holds at the limit of consumers too, so it is not known before the greeting who is one too many.
//
// What was not taken for writing when a connection is to end is dropped, but for the last lines:
// whoever comes next under its name gets it.
//
// Protocol: on_*() for what happens; after each, take next_action() until it is empty; call
// on_deadline() at deadline().
class ConsumerHub {
public:
    // `origin` outlives the hub.
    ConsumerHub(ConsumerHubOptions options, const LineOrigin& origin);

    // Whether another connection may come. One that may not costs nothing but this line, with its
    // line break, and is closed.
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] std::string no_room_line() const;
    // `next` is the sequence of the record that comes next, here and below.
    ConnectionKey on_connect(TimePoint now);
    // It is told why, and ended.
    void refuse(ConnectionKey key, std::string_view why);
    void on_line(ConnectionKey key, std::string_view line, std::uint64_t next);
    void on_line_begun(ConnectionKey key);
    void on_input_end(ConnectionKey key, std::uint64_t next);  // it will say nothing more
    void on_attached(const AttachConsumer& asked, const Result<std::uint64_t>& cursor,
                     std::uint64_t next);
    // Its Consumer was shown records: those that its filter left out may have moved the cursor.
    void on_fed(ConnectionKey key);
    // The peer has read the first `bytes` of all that take_lines() gave.
    void on_read(ConnectionKey key, std::uint64_t bytes);
    void on_end(ConnectionKey key);  // once each

    // A line of ours beside the records, line break included, for everybody that is fed: it has no
    // sequence and passes every filter. Who does not read what waits for it already misses the
    // line.
    void tell_all(std::string_view line);

    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now, std::uint64_t next);

    [[nodiscard]] std::optional<HubAction> next_action();

    // The stream of a connection that is to be fed; nullptr before and after.
    [[nodiscard]] Consumer* find(ConnectionKey key);
    [[nodiscard]] const Consumer* find(ConnectionKey key) const;
    // What is to be written to the connection, whatever its state; see Consumer::take_lines().
    [[nodiscard]] std::string take_lines(ConnectionKey key, std::string buffer = {});
    [[nodiscard]] std::size_t connections() const { return connections_.size(); }

private:
    enum class State { greeting, attaching, streaming, ending };
    struct Connection {
        State state = State::greeting;
        TimePoint greet_by{};
        bool has_begun_line = false;  // before greet_by, which is later then
        Hello hello;
        bool has_said_hello = false;
        std::uint64_t early_ack = 0;       // came before the cursor was known
        std::string name;                  // from attaching on; empty for a tail
        std::optional<Consumer> consumer;  // from streaming on
        std::string last_lines;            // before and after there is a consumer
        std::uint64_t saved = 0;           // the cursor as it was asked to be saved
    };

    void greet(ConnectionKey key, Connection& connection, std::uint64_t next);
    void stream(Connection& connection, ConsumerKind kind, std::uint64_t cursor,
                std::uint64_t next);
    void on_hello(ConnectionKey key, Connection& connection, const Hello& hello,
                  std::uint64_t next);
    void on_ack(ConnectionKey key, Connection& connection, std::uint64_t sequence);
    void replace(const std::string& name);
    void refuse(ConnectionKey key, Connection& connection, std::string_view why);
    void end(ConnectionKey key, Connection& connection, std::string_view why);
    [[nodiscard]] static std::string& last_lines(Connection& connection);
    [[nodiscard]] bool is_one_too_many(std::string_view name) const;
    void save_cursor(Connection& connection);
    [[nodiscard]] bool is_taken(std::string_view name) const;
    void act(HubAction action) { actions_.push_back(std::move(action)); }

    ConsumerHubOptions options_;
    const LineOrigin& origin_;
    std::map<ConnectionKey, Connection> connections_;
    ConnectionKey next_key_ = 1;
    std::deque<HubAction> actions_;
};

}  // namespace conduitd
