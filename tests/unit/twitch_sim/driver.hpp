#pragma once

#include "twitch_sim/model/model.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twitch_sim {

using namespace std::chrono_literals;
namespace json = boost::json;

// Twenty minutes of a summer day lie between the epoch of the tests and the first input.
inline constexpr WallTime test_epoch =
    std::chrono::sys_days(std::chrono::year(2026) / 3 / 4) + std::chrono::hours(5);

// Options with a known client, without generator and without pings.
[[nodiscard]] ModelOptions quiet_options();

// A network without delays around the model: it takes every output at once, confirms text as
// written, and ends sockets that are closed or reset, unless a test holds one of these back.
class Driver {
public:
    explicit Driver(ModelOptions options = quiet_options());

    struct Client {
        std::vector<std::string> texts;
        std::vector<std::string> pings;
        std::optional<std::uint16_t> close_code;
        std::string close_reason;
        bool was_reset = false;
        bool is_frozen = false;
        std::size_t unwritten = 0;
    };

    HttpAnswer http(HttpCall call);
    // A Helix call with the token and id of the test client.
    HttpAnswer helix(std::string method, std::string target, std::string body = "");
    json::value helix_json(std::string method, std::string target, std::string body = "");
    HttpAnswer sim(std::string path, std::string body);  // POST
    json::value state();
    json::value ledger();
    std::vector<std::string> sent_ids();

    std::string token(std::string_view client_id = "", std::string_view secret = "");

    SocketId connect(std::string target = "/ws");
    Client& client(SocketId socket) { return clients_[socket]; }
    [[nodiscard]] std::string session_id(SocketId socket);  // of the first text, the welcome
    std::string last_text(SocketId socket) { return client(socket).texts.back(); }

    // A conduit with shards 0, 1, … bound to these sockets' sessions.
    std::string make_conduit(unsigned shard_count, std::vector<SocketId> sockets);
    HttpAnswer bind(const std::string& conduit, unsigned shard, SocketId socket);
    std::string shard_status(const std::string& conduit, std::size_t position = 0);

    void advance(Duration duration);  // answers pings unless `answers_pings` is off
    void write(SocketId socket);      // confirms everything unwritten of a socket
    void gone(SocketId socket);
    void close_from_client(SocketId socket);  // close frame, then the end of the socket
    void take_outputs();

    Model model;
    TimePoint now{20min};
    bool answers_pings = true;
    bool confirms_writes = true;
    bool ends_sockets = true;  // after a close or reset of the model

private:
    std::string token_;
    std::map<SocketId, Client> clients_;
};

[[nodiscard]] json::value parse(const std::string& text);
[[nodiscard]] std::string message_type(const std::string& frame);
[[nodiscard]] std::string header_of(const HttpAnswer& answer, std::string_view name);

}  // namespace twitch_sim
