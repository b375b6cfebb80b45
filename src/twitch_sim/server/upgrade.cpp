#include "twitch_sim/server/upgrade.hpp"

#include "twitch_sim/server/http_message.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

namespace twitch_sim {

namespace {

// What every server appends to the client's key (RFC 6455, section 1.3).
constexpr std::string_view accept_guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

constexpr std::size_t sha1_base64_bytes = 28;

// 16 bytes in base64.
bool is_key(std::string_view key) {
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return key.size() == 24 && key.ends_with("==") &&
           key.find_first_not_of(alphabet) == key.size() - 2;
}

std::string make_accept(std::string_view key) {
    const std::string text = std::string(key).append(accept_guid);
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    std::array<unsigned char, sha1_base64_bytes + 1> encoded{};
    EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest.size()));
    return std::string(encoded.begin(), encoded.begin() + sha1_base64_bytes);
}

}  // namespace

bool is_upgrade(const HttpCall& call) {
    const std::string_view target(call.target);
    const std::string_view path = target.substr(0, target.find('?'));
    return call.method == "GET" && (path.ends_with("/ws") || path == "/") &&
           has_token(find_header(call, "Upgrade"), "websocket");
}

std::optional<HttpAnswer> find_handshake_fault(const HttpCall& call) {
    if (!has_token(find_header(call, "Connection"), "upgrade")) {
        return make_error_answer(400, "the header Connection must have the token Upgrade");
    }
    if (find_header(call, "Sec-WebSocket-Version") != "13") {
        HttpAnswer answer = make_error_answer(426, "only WebSocket version 13 is spoken");
        answer.headers.emplace_back("Sec-WebSocket-Version", "13");
        return answer;
    }
    if (!is_key(find_header(call, "Sec-WebSocket-Key"))) {
        return make_error_answer(400, "Sec-WebSocket-Key must be 16 bytes in base64");
    }
    return std::nullopt;
}

std::string make_upgrade_head(const HttpCall& call) {
    return "HTTP/1.1 101 Switching Protocols\r\n"
           "Upgrade: websocket\r\n"
           "Connection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           make_accept(find_header(call, "Sec-WebSocket-Key")) + "\r\n\r\n";
}

}  // namespace twitch_sim
