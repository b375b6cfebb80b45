#include "twitch_sim/model/event.hpp"

#include <algorithm>
#include <iterator>

namespace twitch_sim {

const EventTypeFacts& facts_of(EventType type) {
    return *std::ranges::find(event_types, type, &EventTypeFacts::type);
}

std::optional<EventType> parse_event_type(std::string_view name) {
    const auto* const row = std::ranges::find(event_types, name, &EventTypeFacts::name);
    return row == std::end(event_types) ? std::nullopt : std::optional(row->type);
}

}  // namespace twitch_sim
