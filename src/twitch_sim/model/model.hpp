#pragma once

#include "twitch_sim/model/event.hpp"
#include "twitch_sim/model/switches.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// A Twitch without I/O: OAuth, Helix and EventSub as far as a conduit worker can see them, in
// virtual time. The server half puts a network around it; a simulation drives it directly.
namespace twitch_sim {

using SocketId = std::uint64_t;

struct ModelOptions : Switches {
    std::string
        client_id;  // accepted credentials; the model makes them up from the seed when empty
    std::string client_secret;
    WallTime epoch{};  // time of day at TimePoint zero of the model
    std::uint64_t seed = 1;

    double events_per_second = 0;  // the generator's rate; 0: only what /sim/emit asks for
    unsigned channels = 5;         // broadcasters of the generator
    std::optional<std::uint64_t> events_max;  // the generator stops after so many
    std::size_t ledger_entries_max = 1'000'000;
    std::size_t recent_bytes_max = 16 * 1024 * 1024;  // of messages, kept to be sent again

    Duration keepalive_default = std::chrono::seconds(10);  // also below 10 s, for tests
    Duration unused_limit = std::chrono::seconds(10);       // 4003
    Duration reconnect_grace = std::chrono::seconds(30);    // 4004
    Duration pong_limit = std::chrono::seconds(10);         // 4002
    Duration conduit_limit = std::chrono::hours(72);  // a conduit without enabled shards is gone

    std::uint32_t points_per_minute = 800;
    std::uint32_t shards_per_page = 100;
    std::uint32_t shard_count_max = 20'000;
    std::uint32_t conduit_shards = 0;  // of a conduit that is there from the start; 0: none is
};

struct HttpCall {
    std::string method;
    std::string target;  // path and query as they came
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
};

struct HttpAnswer {
    enum class Delivery {
        answer,
        drop_connection,
        stay_silent,  // nothing is ever written; the connection is kept open
    };
    unsigned status = 200;
    std::vector<std::pair<std::string, std::string>> headers;  // without Content-Length
    std::string body;
    Duration delay{};
    Delivery delivery = Delivery::answer;
};

struct UpgradeCall {
    std::string target;  // "/ws?keepalive_timeout_seconds=30"
    std::string origin;  // scheme and authority the client used, "wss://127.0.0.1:7443": reconnect
                         // URLs begin with it
};

// How a text goes on the wire. The default is one frame, written as fast as the socket takes it.
struct WireShape {
    std::uint32_t segment_bytes = 0;  // written so many bytes at a time; 0: all at once
    std::uint16_t pause_ms = 0;       // before each write, in virtual time
    std::uint8_t fragments = 1;       // frames of the message, as even as they can be
    bool has_pings_between = false;   // a ping between the fragments

    friend bool operator==(const WireShape&, const WireShape&) = default;
};

// What the server is to do with a socket, in order. Several text messages of one socket keep their
// order.
struct SendText {
    SocketId socket;
    std::string text;
    WireShape shape{};
};
struct SendPing {
    SocketId socket;
    std::string payload;
};
// Everything queued before it is written first; then the server reads until the client's close
// frame, or for a second, and ends the socket. on_gone() follows.
struct SendClose {
    SocketId socket;
    std::uint16_t code;
    std::string reason;
};
// TCP reset at once; what is queued is thrown away. on_gone() follows.
struct ResetSocket {
    SocketId socket;
};
// From now on nothing is written to and nothing read from the socket, but it is kept open.
struct FreezeSocket {
    SocketId socket;
};
using Output = std::variant<SendText, SendPing, SendClose, ResetSocket, FreezeSocket>;

struct World;

// Protocol: any on_*(), and emit(), may produce outputs; take next_output() until empty after each.
// Time never goes backwards.
class Model {
public:
    // `now` is the start of the model's time; no input is earlier.
    explicit Model(ModelOptions options, TimePoint now);
    ~Model();
    Model(Model&&) noexcept;

    // What becomes of a TLS handshake that a client has begun.
    enum class TlsStart { proceed, fail, stay_silent };
    [[nodiscard]] TlsStart on_tls_start(TimePoint now);

    // Paths /oauth2/…, /helix/…, /sim/…; anything else is 404.
    [[nodiscard]] HttpAnswer on_http(const HttpCall& call, TimePoint now);

    // Either a socket (whose welcome is among the outputs) or the HTTP answer that refuses it.
    [[nodiscard]] std::variant<SocketId, HttpAnswer> on_upgrade(const UpgradeCall& call,
                                                                TimePoint now);

    // So many events of a type now, each in any channel: the order /sim/emit, for a driver that
    // gives thousands of them.
    void emit(EventType type, std::uint64_t count, TimePoint now);

    void on_data_frame(SocketId socket,
                       TimePoint now);             // a text or binary frame from the client: 4001
    void on_ping(SocketId socket, TimePoint now);  // a client's ping; the server has ponged it
    void on_pong(SocketId socket, std::string_view payload, TimePoint now);
    void on_written(SocketId socket,
                    TimePoint now);  // the next text message of the socket is in the kernel
    void on_write_stalled(SocketId socket, TimePoint now);  // the client reads nothing: 4005
    void on_client_close(SocketId socket, std::uint16_t code,
                         TimePoint now);           // the client's close frame came
    void on_gone(SocketId socket, TimePoint now);  // the socket ended, for whatever reason
    // The socket broke without FIN: Twitch notices that only later (Switches::loss_noticed_after).
    // Instead of on_gone(); nothing more is heard of the socket.
    void on_lost(SocketId socket, TimePoint now);

    // An order of the admin API, to be carried out later. `order` was checked: see Verb and
    // find_refusal().
    void schedule(HttpCall order, TimePoint at);

    [[nodiscard]] TimePoint deadline() const;
    void on_deadline(TimePoint now);

    [[nodiscard]] std::optional<Output> next_output();

    [[nodiscard]] const std::string& client_id() const;
    [[nodiscard]] const std::string& client_secret() const;

    // All there is, for a test that judges; world.hpp says what.
    [[nodiscard]] const World& world() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace twitch_sim
