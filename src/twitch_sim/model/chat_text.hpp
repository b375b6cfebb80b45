#pragma once

#include "twitch_sim/model/channel.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace twitch_sim {

// A chat line as a viewer typed it, with what Twitch makes of it.
struct ChatText {
    std::string text;        // as shown
    std::string fragments;   // JSON array: text, mention, cheermote, emote; they add up to `text`
    std::uint64_t bits = 0;  // cheered
};

// `@` alone becomes a mention of the broadcaster; words that are emotes, "Cheer100" and the like,
// and @logins of the cast become fragments of their own.
[[nodiscard]] ChatText make_chat_text(std::string_view line, const Channel& channel);

}  // namespace twitch_sim
