#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// Words that stand in one text, between bars: "empty|absent|null".
namespace twitch_sim {

[[nodiscard]] std::optional<std::size_t> position_of_word(std::string_view words,
                                                          std::string_view word);

// `position` is that of a word.
[[nodiscard]] std::string_view word_at(std::string_view words, std::size_t position);

// "`empty`, `absent` or `null`".
[[nodiscard]] std::string list_words(std::string_view words);

}  // namespace twitch_sim
