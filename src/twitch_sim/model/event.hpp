#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace twitch_sim {

// The subscription types the simulator makes events of.
enum class EventType { chat_message, stream_online, follow, redemption };

struct EventTypeFacts {
    EventType type;
    std::string_view name;     // "channel.chat.message"
    std::string_view version;  // "1"
};

inline constexpr EventTypeFacts event_types[] = {
    {EventType::chat_message, "channel.chat.message", "1"},
    {EventType::stream_online, "stream.online", "1"},
    {EventType::follow, "channel.follow", "2"},
    {EventType::redemption, "channel.channel_points_custom_reward_redemption.add", "1"},
};

[[nodiscard]] const EventTypeFacts& facts_of(EventType type);
[[nodiscard]] std::optional<EventType> parse_event_type(std::string_view name);

// Something that happened in a channel: the `event` object of the notifications about it.
struct Event {
    EventType type{};
    std::string channel_id;
    std::string json;
};

}  // namespace twitch_sim
