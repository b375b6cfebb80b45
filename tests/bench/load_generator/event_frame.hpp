#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace bench {

inline constexpr std::size_t time_bytes = 30;  // of a timestamp with nine fractional digits

// A notification as the WebSocket frame that it is sent in. What is different in every event is
// written into it in place: the message id and the time.
struct EventFrame {
    std::string bytes;        // head and text
    std::size_t id_at = 0;    // in `bytes`
    std::size_t time_at = 0;  // in `bytes`
};

// The text has exactly so many bytes: a `channel.chat.message`, filled up with words and emotes as
// a long one is, or a `stream.offline` where that is too long. Nothing when that is too long too.
[[nodiscard]] std::optional<EventFrame> make_event_frame(std::size_t text_bytes);

enum class Opcode : unsigned char { text = 1, close = 8, ping = 9, pong = 10 };  // RFC 6455

// The head of a server's frame that is a whole message.
[[nodiscard]] std::string make_frame_head(Opcode opcode, std::size_t payload_bytes);

}  // namespace bench
