#include "eventsub/message.hpp"

#include "eventsub/error.hpp"
#include "eventsub/frame_head.hpp"
#include "eventsub/frame_reader.hpp"
#include "eventsub/nesting.hpp"

#include <algorithm>
#include <utility>

namespace conduitd {
namespace {

constexpr std::pair<std::string_view, MessageType> types[] = {
    {"session_welcome", MessageType::session_welcome},
    {"session_keepalive", MessageType::session_keepalive},
    {"notification", MessageType::notification},
    {"session_reconnect", MessageType::session_reconnect},
    {"revocation", MessageType::revocation}};

MessageType type_of(std::string_view name) {
    const auto* const row =
        std::ranges::find(types, name, &std::pair<std::string_view, MessageType>::first);
    return row == std::end(types) ? MessageType::unknown : row->second;
}

bool is_usable_id(const std::optional<std::string_view>& id) {
    return id && !id->empty() && id->size() <= id_bytes_max;
}

// False: the session misses what a message of this type is about.
bool take_session(const SessionPayload& session, Message& message) {
    if (is_usable_id(session.id)) message.session_id = *session.id;
    if (message.type == MessageType::session_welcome) {
        message.keepalive_timeout = session.keepalive_timeout;
        return !message.session_id.empty();
    }
    message.reconnect_url = session.reconnect_url.value_or("");
    return true;
}

}  // namespace

struct MessageParser::Buffers {
    FrameReader reader;
};

MessageParser::MessageParser() : buffers_(std::make_unique<Buffers>()) {}
MessageParser::~MessageParser() = default;
MessageParser::MessageParser(MessageParser&&) noexcept = default;
MessageParser& MessageParser::operator=(MessageParser&&) noexcept = default;

Result<Message> MessageParser::parse(std::string_view frame) {
    const auto malformed = make_error_code(EventsubError::malformed_frame);
    if (frame.size() > frame_bytes_max) return make_error_code(EventsubError::frame_too_large);
    if (nests_deeper_than(frame_depth_max, frame)) return malformed;

    auto envelope = read_frame_head(frame);
    if (!envelope) envelope = buffers_->reader.read_envelope(frame);
    if (!envelope || !is_usable_id(envelope->message_id)) return malformed;
    if (!is_usable_id(envelope->message_type)) return malformed;

    Message message;
    message.type_name = *envelope->message_type;
    message.type = type_of(message.type_name);
    message.id = *envelope->message_id;
    message.timestamp = envelope->message_timestamp.value_or("");
    switch (message.type) {
        case MessageType::notification:
        case MessageType::revocation:
            message.subscription_type = envelope->subscription_type.value_or("");
            break;
        case MessageType::session_welcome:
        case MessageType::session_reconnect: {
            const auto session = buffers_->reader.read_session(envelope->payload);
            if (!take_session(session.value_or(SessionPayload{}), message)) return malformed;
            break;
        }
        case MessageType::session_keepalive:
        case MessageType::unknown:
            break;
    }
    return message;
}

}  // namespace conduitd
