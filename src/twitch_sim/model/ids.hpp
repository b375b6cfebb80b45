#pragma once

#include "base/random.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {

// The id of a notification, kept as its 32 bytes because the ledger holds a million of them.
using MessageId = std::array<std::uint8_t, 32>;

// 44 characters of URL-safe base64 with one `=` at the end, as in captured notifications.
[[nodiscard]] std::string to_text(const MessageId& id);

// What to_text() made it of; nullopt when it made no such text.
[[nodiscard]] std::optional<MessageId> parse_message_id(std::string_view text);

// Every made-up identifier of the model, and its other random choices, from one seed.
class Ids {
public:
    explicit Ids(std::uint64_t seed) : engine_(seed) {}

    [[nodiscard]] MessageId make_message_id();

    // A random UUID (version 4): ids of conduits, of subscriptions, of chat messages and of the
    // frames that are no notifications.
    [[nodiscard]] std::string make_uuid();

    // 36 characters of URL-safe base64 over the bytes 02 0a 10, 16 random bytes, 12 06 and
    // "cell-a", "cell-b" or "cell-c": the shape of session ids in captured frames.
    [[nodiscard]] std::string make_session_id();

    // 30 lower-case letters and digits: tokens, client ids, client secrets.
    [[nodiscard]] std::string make_token();

    // Uniform in [0, bound); 0 when bound is 0.
    [[nodiscard]] std::uint64_t below(std::uint64_t bound);

private:
    conduitd::SplitMix64 engine_;
};

}  // namespace twitch_sim
