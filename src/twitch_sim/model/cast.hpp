#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace twitch_sim {

// Who talks in the generator's channels, and what they say.

struct Chatter {
    std::string_view id;
    std::string_view login;
    std::string_view name;
    std::string_view color;   // may be empty, as Twitch sends it for those who chose none
    std::string_view badges;  // a JSON array
};

struct Emote {
    std::string_view name;
    std::string_view id;
    std::string_view set_id;
    std::string_view formats;  // a JSON array
};

[[nodiscard]] std::span<const Chatter> chatters();

// Chat lines. `@` alone stands for a mention of the broadcaster, `@login` for one of a chatter.
[[nodiscard]] std::span<const std::string_view> chat_lines();

// Answers of viewers to a reward that asks for a few words.
[[nodiscard]] std::span<const std::string_view> wishes();

[[nodiscard]] const Emote* find_emote(std::string_view word);
[[nodiscard]] const Chatter* find_chatter(std::string_view login);

}  // namespace twitch_sim
