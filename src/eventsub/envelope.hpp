#pragma once

#include <optional>
#include <string_view>

namespace conduitd {

// The members of a frame that a decision may need, as far as they are there and are strings.
struct Envelope {
    std::optional<std::string_view> message_id;
    std::optional<std::string_view> message_type;
    std::optional<std::string_view> message_timestamp;
    std::optional<std::string_view> subscription_type;
    std::string_view payload;  // its text, not read yet; empty unless it is an object

    // Where the metadata of that name goes; null when nobody needs it.
    [[nodiscard]] std::optional<std::string_view>* metadata(std::string_view name) {
        if (name == "message_id") return &message_id;
        if (name == "message_type") return &message_type;
        if (name == "message_timestamp") return &message_timestamp;
        if (name == "subscription_type") return &subscription_type;
        return nullptr;
    }
};

}  // namespace conduitd
