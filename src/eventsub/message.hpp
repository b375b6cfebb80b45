#pragma once

#include "base/error.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

namespace conduitd {

enum class MessageType {
    session_welcome,
    session_keepalive,
    notification,       // carries an event; data
    session_reconnect,  // Twitch orders a move to another URL
    revocation,         // a subscription ended; data too
    unknown,            // any other type: logged and skipped, never an error
};

// One EventSub frame, read only as far as the decision needs. Views live until the next parse().
struct Message {
    MessageType type = MessageType::unknown;
    std::string_view type_name;
    std::string_view
        id;  // opaque; real notifications carry 44 characters of base64url, others UUIDs
    std::string_view timestamp;
    std::string_view subscription_type;  // notification and revocation only, else empty
    std::string_view session_id;         // session_welcome and session_reconnect, else empty
    std::string_view reconnect_url;      // session_reconnect: JSON-decoded, otherwise as it came
    std::optional<std::chrono::seconds> keepalive_timeout;  // session_welcome: what is in force
};

// Reads frames one after another; keeps its buffers, so that a frame costs no allocation once they
// have grown. Payloads of data messages are walked for balance and never validated further.
class MessageParser {
public:
    MessageParser();
    ~MessageParser();
    MessageParser(MessageParser&&) noexcept;
    MessageParser& operator=(MessageParser&&) noexcept;

    // Errors: malformed_frame (not one JSON object with metadata.message_id and
    // metadata.message_type as strings, ids longer than 256 bytes, a welcome without a session id,
    // a reconnect without a URL, anything behind the object), frame_too_large (> frame_bytes_max).
    [[nodiscard]] Result<Message> parse(std::string_view frame);

private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
};

// Twitch documents no maximum (notifications seen are 0.7 to 10 KB); above this we close the
// session ourselves and dial a fresh one rather than cut a message short.
inline constexpr std::size_t frame_bytes_max = 1024 * 1024;

}  // namespace conduitd
