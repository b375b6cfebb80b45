#pragma once

#include "base/error.hpp"

#include <chrono>
#include <cstddef>
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

// One EventSub frame, read only as far as the decision needs. Views live until the next parse(),
// and no longer than the frame.
struct Message {
    MessageType type = MessageType::unknown;
    std::string_view type_name;
    std::string_view
        id;  // opaque; real notifications carry 44 characters of base64url, others UUIDs
    std::string_view timestamp;
    std::string_view subscription_type;  // notification and revocation only, else empty
    std::string_view session_id;         // session_welcome and session_reconnect, else empty
    std::string_view reconnect_url;      // session_reconnect: JSON-decoded, otherwise as it came;
                                         // empty where there is none: the order to move stands

    // session_welcome: what is in force. Nothing when it is null, missing or not a whole number
    // from 1 to 3600 (Twitch allows 10 to 600, EventSub WebSocket guide).
    std::optional<std::chrono::seconds> keepalive_timeout;
};

// Reads frames one after another; keeps its buffers, so that a frame costs no allocation once they
// have grown. Unknown keys and any order of keys are accepted; of a key that comes twice the last
// one counts. Payloads of data messages are never validated: they are walked for balance, and not
// even that when the frame begins as all captured ones do (frame_head.hpp).
class MessageParser {
public:
    MessageParser();
    ~MessageParser();
    MessageParser(MessageParser&&) noexcept;
    MessageParser& operator=(MessageParser&&) noexcept;

    // Errors: frame_too_large (> frame_bytes_max); malformed_frame:
    //   - nested deeper than frame_depth_max;
    //   - as far as it is looked at, not one JSON object in UTF-8, or anything behind it;
    //   - metadata.message_id or metadata.message_type missing, empty, not a string, or longer than
    //     id_bytes_max; other metadata of a wrong type counts as missing;
    //   - a welcome without a session id (bounded alike).
    [[nodiscard]] Result<Message> parse(std::string_view frame);

private:
    struct Buffers;
    std::unique_ptr<Buffers> buffers_;
};

// Twitch documents no maximum (notifications seen are 0.7 to 10 KB); above this we close the
// session ourselves and dial a fresh one rather than cut a message short.
inline constexpr std::size_t frame_bytes_max = 1024 * 1024;

// Real frames nest 7 deep. Common parsers downstream stop at about this depth, or overflow.
inline constexpr std::size_t frame_depth_max = 128;

// Ids are opaque; the longest seen in captured frames have 44 bytes.
inline constexpr std::size_t id_bytes_max = 256;

}  // namespace conduitd
