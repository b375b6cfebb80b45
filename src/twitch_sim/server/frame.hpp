#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// The WebSocket frame (RFC 6455, section 5.2), as a server writes and reads it:
//
//     byte 0      FIN (0x80), three reserved bits, opcode (4 bits)
//     byte 1      MASK (0x80), payload length (7 bits; 126: 2 bytes follow, 127: 8 bytes follow)
//     0 | 2 | 8   payload length, big endian
//     0 | 4       masking key, where MASK is set: a client must set it, a server must not
//     n           payload
//
// It is our own and not Beast's, because a simulator has to put on the wire what a library takes
// care not to: frames in any order around a close, many at once, and broken ones.
namespace twitch_sim {

enum class Opcode : std::uint8_t {
    continuation = 0x0,
    text = 0x1,
    binary = 0x2,
    close = 0x8,
    ping = 0x9,
    pong = 0xa,
};

// The most that the payload of a close, ping or pong may have (RFC 6455, section 5.5).
inline constexpr std::size_t control_payload_bytes_max = 125;

// Appends a whole, unmasked frame.
void append_frame(std::string& out, Opcode opcode, std::string_view payload);

// Appends an unmasked frame of a message that goes on after it, unless it is the last one.
void append_fragment(std::string& out, Opcode opcode, std::string_view payload, bool is_last);

// The payload of a close frame; the reason is cut to what fits.
[[nodiscard]] std::string make_close_payload(std::uint16_t code, std::string_view reason);

// The code of a close frame's payload; 1005 when it carries none (RFC 6455, section 7.4.1).
[[nodiscard]] std::uint16_t parse_close_code(std::string_view payload);

struct ClientFrame {
    Opcode opcode{};
    std::string payload;  // of close, ping and pong; what a client sends as data is thrown away
};

// Takes a client's bytes apart into frames, in pieces of any size.
class FrameReader {
public:
    // Takes bytes off the front of `bytes` up to the end of one frame, or all of them when none is
    // complete. A data frame is given out as soon as its header is there. errc::protocol_error when
    // the client breaks RFC 6455; nothing may be read after that.
    [[nodiscard]] conduitd::Result<std::optional<ClientFrame>> next(std::string_view& bytes);

private:
    [[nodiscard]] bool take_header(std::string_view& bytes);
    [[nodiscard]] bool is_header_allowed() const;
    void begin_payload();
    void take_payload(std::string_view& bytes);
    [[nodiscard]] std::size_t header_bytes() const;
    [[nodiscard]] Opcode opcode() const;
    [[nodiscard]] bool is_control() const;

    std::string header_;              // as far as it has come
    std::string payload_;             // of a control frame, unmasked
    std::uint64_t payload_left_ = 0;  // still to come
    bool is_header_complete_ = false;
    bool is_in_message_ = false;  // a data frame without FIN came: continuations follow
};

}  // namespace twitch_sim
