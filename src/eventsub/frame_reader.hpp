#pragma once

#include "eventsub/envelope.hpp"

#include <simdjson.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <vector>

namespace conduitd {

// `payload.session` of a control message.
struct SessionPayload {
    std::optional<std::string_view> id;
    std::optional<std::string_view> reconnect_url;
    std::optional<std::chrono::seconds> keepalive_timeout;
};

// What there is of simdjson. Its on-demand documents are read front to back, once, and must not be
// touched again after any error; so every error ends the frame, and a value is asked for its type
// before it is read as that type.
//
// The payload of a data message is only stepped over. That of a control message is read in a second
// pass, since `metadata`, which tells the two apart, may come after it.
class FrameReader {
public:
    // Copies the frame, with the padding that simdjson wants. Strings are decoded. Views live until
    // the next call. Nothing when the frame is not one JSON object, or `metadata` is not one.
    [[nodiscard]] std::optional<Envelope> read_envelope(std::string_view frame);

    // `payload` is that of the last envelope, whose views stay valid. Nothing when it, or `session`
    // in it, is not an object.
    [[nodiscard]] std::optional<SessionPayload> read_session(std::string_view payload);

private:
    std::vector<char> text_;  // the frame, and padding
    simdjson::ondemand::parser envelope_parser_;
    simdjson::ondemand::parser payload_parser_;  // the envelope's strings live in the other one
};

}  // namespace conduitd
