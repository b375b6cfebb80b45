#pragma once

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

// The server's side of a WebSocket, by hand, so that tests can send what a library would not.
namespace conduitd::test {

inline std::string accept_key(std::string_view request) {
    constexpr std::string_view header = "Sec-WebSocket-Key: ";
    const auto begin = request.find(header) + header.size();
    auto key = std::string(request.substr(begin, request.find("\r\n", begin) - begin));
    key += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
    SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest.data());
    std::array<unsigned char, 64> text{};
    const auto size = EVP_EncodeBlock(text.data(), digest.data(), SHA_DIGEST_LENGTH);
    return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(size)};
}

inline std::string accept_upgrade(std::string_view request) {
    return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Accept: " +
           accept_key(request) + "\r\n\r\n";
}

enum class Opcode : std::uint8_t {
    text = 0x81,  // each with FIN
    binary = 0x82,
    close = 0x88,
    ping = 0x89,
    pong = 0x8a,
};

inline std::string frame(Opcode opcode, std::string_view payload) {
    std::string out(1, static_cast<char>(opcode));
    const auto add = [&out](std::uint64_t value, int bytes) {
        while (bytes-- > 0) out += static_cast<char>((value >> (8 * bytes)) & 0xff);
    };
    if (payload.size() < 126) {
        add(payload.size(), 1);
    } else if (payload.size() < 65536) {
        add(126, 1);
        add(payload.size(), 2);
    } else {
        add(127, 1);
        add(payload.size(), 8);
    }
    return out += payload;
}

inline std::string close_frame(std::uint16_t code, std::string_view reason) {
    std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return frame(Opcode::close, payload += reason);
}

// Takes the mask off a client's control frame: "<opcode byte><payload>".
inline std::string unmask(std::string_view bytes) {
    std::string out(bytes.substr(0, 1));
    for (std::size_t i = 6; i < bytes.size(); ++i) {
        out += static_cast<char>(bytes[i] ^ bytes[2 + (i - 6) % 4]);
    }
    return out;
}

inline constexpr std::size_t close_frame_bytes = 8;  // of a client, with a code and no reason

}  // namespace conduitd::test
