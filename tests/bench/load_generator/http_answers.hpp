#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bench {

struct HttpRequest {
    std::string method;
    std::string path;           // with the query
    std::string websocket_key;  // empty unless an upgrade is asked for
    std::string body;
};

// Takes the first whole request off the bytes; nothing as long as none is whole.
[[nodiscard]] std::optional<HttpRequest> take_request(std::string& bytes);

struct HttpAnswer {
    int status = 200;
    std::string body;
};
[[nodiscard]] std::string encode_answer(const HttpAnswer& answer);

// To the handshake of a WebSocket.
[[nodiscard]] std::string encode_upgrade(const std::string& websocket_key);

inline constexpr std::string_view client_id = "nfsnpu56wg9gjwiauuysdoyva8itsb";
inline constexpr std::string_view conduit_id = "3f6d2c1a-8b4e-4d7a-9c50-1e2f3a4b5c6d";

// What Twitch would say to a client that has every right, of a conduit with a single shard, which
// is bound to `session_id`, if that is not empty.
[[nodiscard]] HttpAnswer answer_call(const HttpRequest& request, const std::string& session_id);

// The session that a call binds the shard to; nothing when it is another call.
[[nodiscard]] std::optional<std::string> session_to_bind(const HttpRequest& request);

}  // namespace bench
